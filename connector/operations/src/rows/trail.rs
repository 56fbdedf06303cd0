//! The pages that a read has followed: an org, or a proxy with a cache, that names one of them again would be read forever.

use salesforce_contract::bindings::Fault;

/// Pages followed so far. One of them is remembered, a later one each time twice as many have passed (Brent's way to find a
/// cycle): constant memory, and a circle of any length is found.
#[derive(Debug, Default)]
pub struct Trail {
    remembered: String,
    steps: u64,
    next_mark: u64,
}

impl Trail {
    /// Notes the page that is followed next.
    pub fn follow(&mut self, page: &str) -> Result<(), Fault> {
        if self.steps > 0 && self.remembered == page {
            return Err(Fault {
                attempts: 1,
                ..Fault::protocol(format!(
                    "The org names the page `{page}` again after {} others: the rows would never end, so read them again",
                    self.steps
                ))
            });
        }
        if self.steps >= self.next_mark {
            page.clone_into(&mut self.remembered);
            self.next_mark = self.steps.max(1) * 2;
        }
        self.steps += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_of_any_length_are_found() {
        for (before, length) in [(0, 1), (0, 2), (5, 3), (100, 17)] {
            let mut trail = Trail::default();
            let page = |at: usize| {
                if at < before {
                    format!("a{at}")
                } else {
                    format!("c{}", (at - before) % length)
                }
            };
            let found = (0..10_000).find(|at| trail.follow(&page(*at)).is_err());
            assert!(found.is_some_and(|at| at < 4 * (before + length) + 4));
        }
    }

    #[test]
    fn pages_that_go_on_are_followed() {
        let mut trail = Trail::default();
        assert!((0..10_000).all(|at| trail.follow(&format!("/query/01g-{at}")).is_ok()));
    }
}
