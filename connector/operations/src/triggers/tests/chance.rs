//! Random commits with random delays, random polls, random crashes: every version that stays is delivered exactly once.

use super::world::{World, config, event_ids, id};
use crate::triggers::records;
use proptest::prelude::*;
use salesforce_formats::soql::date;
use std::collections::BTreeMap;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Happening {
    Insert { late_ms: u64 },
    Update { which: usize, late_ms: u64 },
    Pass { ms: u64 },
    Poll { crashes: bool, times: usize },
}

fn happening() -> impl Strategy<Value = Happening> {
    // Transactions of up to the look-back of ten minutes.
    let late_ms = prop_oneof![Just(0), 0..3_000_u64, 0..590_000_u64];
    prop_oneof![
        4 => late_ms.clone().prop_map(|late_ms| Happening::Insert { late_ms }),
        2 => (0..50_usize, late_ms).prop_map(|(which, late_ms)| Happening::Update { which, late_ms }),
        2 => (0..2_000_u64).prop_map(|ms| Happening::Pass { ms }),
        1 => (0..400_000_u64).prop_map(|ms| Happening::Pass { ms }),
        3 => (any::<bool>(), 1..4_usize).prop_map(|(crashes, times)| Happening::Poll { crashes, times }),
    ]
}

/// The host: what it has handled, and the checkpoint that it keeps after that.
struct Host {
    world: World,
    checkpoint: Option<String>,
    handled: BTreeMap<String, usize>,
    batch_size: u16,
}

impl Host {
    /// Polls; a crash comes before anything is handled.
    fn poll(&mut self, crashes: bool) -> bool {
        let config = config("earliest", self.batch_size);
        let from = self.checkpoint.as_deref();
        let client = self.world.client();
        let batch = records::created_or_updated(&client, &config, from, 1_000).unwrap();
        if crashes {
            return true;
        }
        for event in event_ids(&batch) {
            *self.handled.entry(event).or_default() += 1;
        }
        self.checkpoint = Some(batch.checkpoint);
        batch.more
    }
}

fn live(happenings: &[Happening], batch_size: u16, tells_time: bool) -> Host {
    let world = World::new();
    world.tells_time.set(tells_time);
    let mut host = Host {
        world: world.clone(),
        checkpoint: None,
        handled: BTreeMap::new(),
        batch_size,
    };
    let mut count = 0;
    for happening in happenings {
        match happening {
            Happening::Insert { late_ms } => {
                world.insert(count, *late_ms);
                count += 1;
            }
            Happening::Update { which, late_ms } if count > 0 => {
                let which = which % count;
                // A second transaction waits for the lock of the first; at the earliest it comes in the next second.
                if world.is_settled(which) && tells_time {
                    world.update(which, *late_ms);
                }
            }
            Happening::Update { .. } => {}
            Happening::Pass { ms } => world.clock.pass(*ms),
            Happening::Poll { crashes, times } => {
                for _ in 0..*times {
                    host.poll(*crashes);
                }
            }
        }
    }
    world.clock.pass(700_000);
    // What was committed behind a pass that is under way is found by the pass after it.
    for _ in 0..3 {
        while host.poll(false) {}
    }
    host
}

/// The event ids of the versions that nothing replaced.
fn lasting(world: &World) -> Vec<String> {
    let rows = world.rows.borrow();
    let lasting = rows.iter().filter(|row| row.replaced_ms == u64::MAX);
    lasting
        .map(|row| {
            let stamp = date::of_unix_seconds(row.stamp)
                .unwrap()
                .replace('Z', ".000Z");
            format!("{}@{stamp}", row.id)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_lasting_version_comes_exactly_once(
        happenings in prop::collection::vec(happening(), 1..80),
        batch_size in 1..6_u16,
        tells_time in any::<bool>(),
    ) {
        let host = live(&happenings, batch_size, tells_time);
        for event in lasting(&host.world) {
            prop_assert_eq!(host.handled.get(&event), Some(&1), "{}", event);
        }
        for (event, times) in &host.handled {
            prop_assert_eq!(*times, 1, "{} came again", event);
        }
        prop_assert!(host.handled.keys().all(|event| event.len() > id(0).len()));
    }
}
