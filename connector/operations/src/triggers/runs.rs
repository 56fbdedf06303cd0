//! A set of whole numbers that mostly follow each other, kept as runs.

/// Runs `first..=last`, in order; no two touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs(Vec<(u64, u64)>);

impl Runs {
    /// Whether the number is in.
    pub fn contains(&self, number: u64) -> bool {
        let before = self.before(number);
        let run = before.checked_sub(1).and_then(|at| self.0.get(at));
        run.is_some_and(|(_, last)| number <= *last)
    }

    /// Puts a number in; false if it was in.
    pub fn insert(&mut self, number: u64) -> bool {
        if self.contains(number) {
            return false;
        }
        let at = self.before(number);
        let follows = at.checked_sub(1).filter(|before| {
            self.0
                .get(*before)
                .is_some_and(|(_, last)| last + 1 == number)
        });
        let precedes = self.0.get(at).filter(|(first, _)| number + 1 == *first);
        match (follows, precedes.map(|(_, last)| *last)) {
            (Some(before), Some(last)) => {
                self.0.remove(at);
                self.extend(before, last);
            }
            (Some(before), None) => self.extend(before, number),
            (None, Some(_)) => {
                if let Some(run) = self.0.get_mut(at) {
                    run.0 = number;
                }
            }
            (None, None) => self.0.insert(at, (number, number)),
        }
        true
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The runs.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().copied()
    }

    /// How many runs begin at or before a number.
    fn before(&self, number: u64) -> usize {
        self.0.partition_point(|(first, _)| *first <= number)
    }

    fn extend(&mut self, at: usize, last: u64) {
        if let Some(run) = self.0.get_mut(at) {
            run.1 = last;
        }
    }
}

/// Runs that were written; what is out of order or touches is put right.
impl FromIterator<(u64, u64)> for Runs {
    fn from_iter<T: IntoIterator<Item = (u64, u64)>>(runs: T) -> Self {
        let mut all: Vec<(u64, u64)> = runs.into_iter().collect();
        all.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn runs_hold_what_a_set_holds(numbers in prop::collection::vec(0..60_u64, 0..80)) {
            let (mut runs, mut set) = (Runs::default(), BTreeSet::new());
            for number in numbers {
                prop_assert_eq!(runs.insert(number), set.insert(number));
            }
            for number in 0..61 {
                prop_assert_eq!(runs.contains(number), set.contains(&number));
            }
            let gaps = set.iter().filter(|number| !set.contains(&(*number + 1))).count();
            prop_assert_eq!(runs.len(), gaps);
            prop_assert_eq!(runs.iter().collect::<Runs>(), runs);
        }
    }

    #[test]
    fn the_ends_of_all_numbers_are_numbers() {
        let mut runs = Runs::default();
        assert!(runs.insert(u64::MAX) && runs.insert(0) && !runs.insert(u64::MAX));
        assert_eq!(runs.len(), 2);
    }
}
