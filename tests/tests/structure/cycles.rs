//! Circles in a graph: its strongly connected components.

use super::imports::Graph;
use std::collections::BTreeSet;

/// The groups of files each of which can be reached from each other one of its group.
pub fn of<'a>(graph: &Graph<'a>) -> Vec<Vec<&'a str>> {
    let mut left: BTreeSet<&str> = graph.keys().copied().collect();
    let mut found = Vec::new();
    while let Some(first) = left.pop_first() {
        let ahead = reached(graph, first);
        let circle: Vec<&str> = left
            .iter()
            .copied()
            .filter(|file| ahead.contains(file) && reached(graph, file).contains(first))
            .collect();
        left.retain(|file| !circle.contains(file));
        found.push([first].into_iter().chain(circle).collect());
    }
    found
}

/// The imports that tie a circle, for whoever has to cut one.
pub fn edges(graph: &Graph<'_>, circle: &[&str]) -> Vec<String> {
    let inside = |file: &&&str| circle.contains(*file);
    let of_file = |file: &&str| {
        let targets = graph[*file].iter().filter(inside);
        targets
            .map(|to| format!("{file} -> {to}"))
            .collect::<Vec<_>>()
    };
    circle.iter().flat_map(of_file).collect()
}

fn reached<'a>(graph: &Graph<'a>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = graph[from].iter().copied().collect();
    while let Some(file) = next.pop() {
        if reached.insert(file) {
            next.extend(graph[file].iter().copied());
        }
    }
    reached
}

#[test]
fn a_circle_is_found() {
    let edges = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")];
    let graph: Graph = ["a", "b", "c", "d"]
        .into_iter()
        .map(|file| {
            let targets = edges.iter().filter(|(from, _)| *from == file);
            (file, targets.map(|(_, to)| *to).collect())
        })
        .collect();
    assert_eq!(of(&graph), [vec!["a", "b", "c"], vec!["d"]]);
}
