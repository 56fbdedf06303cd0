//! What time it is at the org, by the header `Date` of its answers: the host's own clock does not count.

use salesforce_client::client::Client;
use salesforce_client::exchange::Reply;
use salesforce_contract::bindings::Fault;
use std::time::UNIX_EPOCH;

/// The second at which an answer was made, or a little before: `elapsed_ms` is how long it was waited for.
pub fn when_asked(reply: &Reply, elapsed_ms: u64) -> Option<i64> {
    let date = httpdate::parse_http_date(reply.header("date")?).ok()?;
    let seconds = i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    let waited = i64::try_from(elapsed_ms.div_ceil(1_000)).ok()?;
    // Less than a second of waiting may still have crossed into another second; `Date` has none of their parts.
    Some(seconds - waited)
}

/// The same in milliseconds since 1970, for what has to have some time: the host's clock where the answer does not tell.
pub fn asked_ms(client: &Client, reply: &Reply, elapsed_ms: u64) -> i64 {
    let host_ms = client.context().clock.unix_ms().saturating_sub(elapsed_ms);
    let host_ms = i64::try_from(host_ms).unwrap_or(i64::MAX);
    when_asked(reply, elapsed_ms).map_or(host_ms, |second| second.saturating_mul(1_000))
}

/// The second that it is at the org; by the host's clock where the org does not tell.
pub fn now(client: &Client) -> Result<i64, Fault> {
    let host = client.context().clock.unix_ms() / 1_000;
    let host = i64::try_from(host).unwrap_or(i64::MAX);
    Ok(ask(client)?.unwrap_or(host))
}

/// Asks for the time; the versions that an org serves are read without a session and cost no API call.
pub fn ask(client: &Client) -> Result<Option<i64>, Fault> {
    let origin = client.session()?.instance_url;
    let clock = &client.context().clock;
    let began_ms = clock.monotonic_ms();
    let reply = client.ask_versions(&origin)?;
    Ok(when_asked(
        &reply,
        clock.monotonic_ms().saturating_sub(began_ms),
    ))
}
