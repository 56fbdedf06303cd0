//! The budget of a connection: a share of the org's daily API calls that is not exceeded.

use super::Client;
use super::request::Request;
use crate::cache::BoundedCache;
use crate::exchange::{self, Reply};
use salesforce_contract::bindings::{ApiUsage, Fault, FaultKind, Metadata};
use salesforce_contract::limits::MAX_SESSIONS;
use salesforce_contract::message::bounded;
use serde::Deserialize;

/// How long a budget that is used up is taken to be so before the org is asked again, in milliseconds. The calls of the last 24
/// hours count, so that it comes back bit by bit.
const LOOK_AGAIN_MS: u64 = 300_000;

/// The share that is kept where the connection names none, in percent: a run without end must not take the last call that people
/// and other clients of the org have.
const DEFAULT_PERCENT: u8 = 95;

/// How much of their daily calls orgs have used, as far as their answers told.
type Usages = BoundedCache<Usage, MAX_SESSIONS>;

/// The usage of one org.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Usage {
    used: u64,
    /// 0 while it is not known.
    allowed: u64,
    /// Calls sent whose answers have not told the usage yet.
    unanswered: u64,
    /// When the org was asked for it, in milliseconds on the clock that never goes back.
    asked_ms: u64,
}

impl Usage {
    /// The calls that this share of the allowed ones is.
    fn budget(&self, percent: u8) -> u64 {
        self.allowed.saturating_mul(percent.into()) / 100
    }

    fn is_used_up(&self, percent: u8) -> bool {
        self.allowed > 0 && self.used + self.unanswered >= self.budget(percent)
    }
}

impl Client {
    /// Refuses a call that would exceed the budget of the connection. Asks the org for its usage once when no answer has told it
    /// and the connection names a budget.
    pub(super) fn check_budget(&self) -> Result<(), Fault> {
        let percent = self.settings.api_budget.unwrap_or(DEFAULT_PERCENT);
        let usages = self.context.cache::<Usages>();
        let key = self.settings.session_key();
        let now = self.context.clock.monotonic_ms();
        let known = usages.get(&key);
        let asks = self.settings.api_budget.is_some();
        let stale = known.map_or(asks, |usage| {
            usage.is_used_up(percent) && now.saturating_sub(usage.asked_ms) >= LOOK_AGAIN_MS
        });
        let mut usage = match known {
            _ if stale => Usage {
                asked_ms: now,
                ..self.ask_usage()?
            },
            known => known.unwrap_or_default(),
        };
        if usage.is_used_up(percent) {
            usages.keep(key, usage);
            return Err(used_up(percent, usage));
        }
        usage.unanswered += 1;
        usages.keep(key, usage);
        Ok(())
    }

    /// Returns used and allowed calls, as the newest answer of the org told them: for what is made of many replies.
    pub fn known_usage(&self) -> Metadata {
        let usage = self
            .context
            .cache::<Usages>()
            .get(&self.settings.session_key());
        let usage = usage.filter(|usage| usage.allowed > 0);
        Metadata {
            usage: usage.map(|usage| ApiUsage {
                used: bounded(usage.used),
                allowed: bounded(usage.allowed),
            }),
            ..Metadata::default()
        }
    }

    /// Records what an answer told of the usage.
    pub fn record_usage(&self, told: Option<ApiUsage>) {
        let key = self.settings.session_key();
        let usages = self.context.cache::<Usages>();
        let mut usage = usages.get(&key).unwrap_or_default();
        usage.unanswered = usage.unanswered.saturating_sub(1);
        match told {
            Some(told) => (usage.used, usage.allowed) = (told.used.into(), told.allowed.into()),
            // Bulk and SOAP answer without the header; the call counts all the same.
            None => usage.used += 1,
        }
        usages.keep(key, usage);
    }

    /// GET limits. A user who may not see them learns the usage from the first answer.
    fn ask_usage(&self) -> Result<Usage, Fault> {
        let call = Request::get(self.path("limits")?);
        let asked = self.execute(exchange::receive, &call, None, |reply: Reply, _| {
            Ok(serde_json::from_slice::<Limits>(&reply.body).unwrap_or_default())
        });
        match asked {
            Ok(limits) => Ok(limits.daily.map_or_else(Usage::default, |daily| Usage {
                used: daily.max.saturating_sub(daily.remaining),
                allowed: daily.max,
                ..Usage::default()
            })),
            Err(fault) if fault.kind == FaultKind::Forbidden => Ok(Usage::default()),
            Err(fault) => Err(fault),
        }
    }
}

fn used_up(percent: u8, usage: Usage) -> Fault {
    Fault::new(
        FaultKind::LimitExceeded,
        format!(
            "Nothing was sent: connection.api-budget is {percent} % of the org's {} daily API calls, and {} have been used in the last 24 hours",
            usage.allowed, usage.used
        ),
    )
}

/// What matters of GET limits.
#[derive(Default, Deserialize)]
struct Limits {
    #[serde(rename = "DailyApiRequests")]
    daily: Option<Limit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Limit {
    max: u64,
    remaining: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{connection, org_for, token};
    use crate::transport::scripted::{Play, Script, TestClock};
    use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;

    fn told(usage: &str) -> Play {
        let headers = vec![
            (
                "sforce-limit-info".into(),
                format!("api-usage={usage}; per-app-api-usage=1/9(x)"),
            ),
            ("content-type".into(), "application/json".into()),
        ];
        Play::Answer(200, headers, b"{}".to_vec())
    }

    fn limits(max: u64, remaining: u64) -> Play {
        Play::json(
            200,
            &format!(r#"{{"DailyApiRequests":{{"Max":{max},"Remaining":{remaining}}}}}"#),
        )
    }

    fn client(plays: Vec<Play>) -> (Client, Script, TestClock) {
        let connection = ConnectionConfig {
            api_budget: Some(80),
            ..connection()
        };
        org_for(&connection, std::iter::once(token("T1")).chain(plays))
    }

    fn get(client: &Client) -> Result<Reply, Fault> {
        client.send(&Request::get("/x"))
    }

    #[test]
    fn calls_stop_before_the_share_is_exceeded() {
        let (client, script, _) =
            client(vec![limits(1_000, 202), told("799/1000"), told("800/1000")]);
        assert!(get(&client).is_ok());
        assert!(get(&client).is_ok());
        let fault = get(&client).unwrap_err();
        assert_eq!((fault.kind, fault.attempts), (FaultKind::LimitExceeded, 0));
        assert!(
            fault
                .message
                .contains("80 % of the org's 1000 daily API calls, and 800"),
            "{}",
            fault.message
        );
        assert!(script.sent()[1].ends_with("/limits"));
        assert_eq!(script.sent().len(), 4);
    }

    #[test]
    fn without_a_budget_of_its_own_a_connection_leaves_the_last_calls_to_others() {
        let connection = ConnectionConfig {
            api_budget: None,
            ..connection()
        };
        let plays = [
            token("T1"),
            told("949/1000"),
            told("950/1000"),
            limits(1_000, 50),
        ];
        let (client, script, _) = org_for(&connection, plays);
        assert!(
            get(&client).is_ok(),
            "nothing is known, and nothing is asked"
        );
        assert!(get(&client).is_ok());
        let fault = get(&client).unwrap_err();
        assert_eq!((fault.kind, fault.attempts), (FaultKind::LimitExceeded, 0));
        assert!(
            script
                .sent()
                .iter()
                .filter(|sent| sent.ends_with("/limits"))
                .count()
                <= 1
        );
    }

    #[test]
    fn requests_under_way_count() {
        let (client, script, _) =
            client(vec![limits(1_000, 202), told("800/1000"), told("800/1000")]);
        let (first, second) = (Request::get("/1"), Request::get("/2"));
        let under_way = (
            client.start(&first).unwrap(),
            client.start(&second).unwrap(),
        );
        assert!(client.start(&Request::get("/3")).is_err());
        assert!(
            client
                .send_as(&first, Some(under_way.0), |reply, _| Ok(reply))
                .is_ok()
        );
        assert!(
            client
                .send_as(&second, Some(under_way.1), |reply, _| Ok(reply))
                .is_ok()
        );
        assert_eq!(script.sent().len(), 4);
    }

    #[test]
    fn a_budget_that_was_used_up_is_looked_at_again_after_a_while() {
        let (client, script, clock) =
            client(vec![limits(1_000, 0), limits(1_000, 900), told("101/1000")]);
        assert!(get(&client).is_err());
        assert!(get(&client).is_err());
        assert_eq!(script.sent().len(), 2);
        crate::clock::Clock::sleep_ms(&clock, LOOK_AGAIN_MS);
        assert!(get(&client).is_ok());
        assert_eq!(script.left(), 0);
    }

    #[test]
    fn who_may_not_see_limits_learns_from_the_first_answer() {
        let forbidden = Play::json(
            403,
            r#"[{"errorCode":"FUNCTIONALITY_NOT_ENABLED","message":"no"}]"#,
        );
        let (client, ..) = client(vec![forbidden, told("900/1000")]);
        assert!(get(&client).is_ok());
        assert_eq!(get(&client).unwrap_err().kind, FaultKind::LimitExceeded);
    }

    #[test]
    fn calls_that_tell_no_usage_count() {
        let plays = vec![
            limits(1_000, 202),
            Play::json(200, "{}"),
            Play::json(200, "{}"),
        ];
        let (client, ..) = client(plays);
        assert!(get(&client).is_ok());
        assert!(get(&client).is_ok());
        assert_eq!(get(&client).unwrap_err().kind, FaultKind::LimitExceeded);
    }

    #[test]
    fn without_a_budget_nobody_asks_and_the_last_calls_of_a_day_are_kept() {
        let (client, script, _) = org_for(
            &connection(),
            [token("T1"), told("940/1000"), told("950/1000")],
        );
        assert!(get(&client).is_ok());
        assert!(get(&client).is_ok());
        assert_eq!(get(&client).unwrap_err().kind, FaultKind::LimitExceeded);
        assert_eq!(script.sent().len(), 3);
    }
}
