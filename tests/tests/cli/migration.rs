//! The examples of `wit/MIGRATION.md`, as they stand there: a reader writes their files and runs their commands in a folder,
//! chapter by chapter, against a simulated org on a port.
//!
//! A block with the name of a file is that file: written, or, once a command has made it, compared. `sh` is run and ends with 0,
//! or with the code behind `exit=`; `sh runs` goes on to the end of its example. `text` is what the command before printed. `…` stands for
//! anything. Blocks of `xml` without a name are the other connector's.

use std::collections::HashSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mediate_tests::compiled;

use super::harness::{Folder, eventually};
use super::jwt::{CERTIFICATE, KEY};
use super::served::Served;

const PAGE: &str = include_str!("../../../wit/MIGRATION.md");

/// Bounds the wait for what a command that goes on is to write.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Flags in front of files that a command makes.
const MADE_BY: [&str; 3] = ["--output", "--outcomes", "--failed"];

/// What a reader has in the environment.
const ENVIRONMENT: [(&str, &str); 3] = [
    ("ACME_SECRET", "sandbox-secret"),
    ("ACME_PASSWORD", "sandbox-password"),
    ("ACME_TOKEN", "TOKEN"),
];

struct Block<'a> {
    language: &'a str,
    about: &'a str,
    text: String,
}

struct Example<'a> {
    title: &'a str,
    blocks: Vec<Block<'a>>,
}

/// The examples below a heading of the page.
fn examples<'a>(chapter: &str) -> Vec<Example<'a>> {
    let mut lines = PAGE
        .lines()
        .skip_while(|line| line.strip_prefix("## ") != Some(chapter))
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    let mut examples = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("### ") {
            let blocks = Vec::new();
            examples.push(Example { title, blocks });
        }
        if let Some(head) = line.strip_prefix("```") {
            let (language, about) = head.split_once(' ').unwrap_or((head, ""));
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let text = text.join("\n") + "\n";
            let example: &mut Example<'_> = examples.last_mut().unwrap();
            example.blocks.push(Block {
                language,
                about,
                text,
            });
        }
    }
    examples.retain(|example| !example.blocks.is_empty());
    examples
}

/// Whether a text is as expected; `…` stands for anything.
fn is_like(found: &str, expected: &str) -> bool {
    let (found, expected) = (found.trim(), expected.trim());
    let parts: Vec<&str> = expected.split('…').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return found == expected;
    };
    let inner = found
        .strip_prefix(first)
        .and_then(|rest| rest.strip_suffix(last));
    let mut parts = middle.iter();
    let rest = inner.and_then(|rest| {
        parts.try_fold(rest, |rest, part| {
            rest.find(part).map(|at| &rest[at + part.len()..])
        })
    });
    rest.is_some()
}

/// A command that goes on until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Someone who follows a chapter.
struct Reader {
    folder: Folder,
    org: Served,
    printed: String,
    made: HashSet<String>,
    running: Vec<Running>,
}

impl Reader {
    fn new() -> Self {
        let key = format!("-----BEGIN RSA PRIVATE KEY-----\n{KEY}-----END RSA PRIVATE KEY-----\n");
        let folder = Folder::new()
            .file("server.key", &key)
            .file("app.pem", CERTIFICATE);
        let program = env!("CARGO_BIN_EXE_mediate-under-test");
        std::os::unix::fs::symlink(program, folder.path("mediate")).unwrap();
        let org = Served::start(&folder, &["--jwt-certificate", "app.pem"]);
        Self {
            folder,
            org,
            printed: String::new(),
            made: HashSet::new(),
            running: Vec::new(),
        }
    }

    /// What the page says, for the simulated org.
    fn here(&self, text: &str) -> String {
        let url = self.org.url.as_str();
        let places = [
            ("https://acme.my.salesforce.com", url),
            ("https://login.salesforce.com", url),
            ("3MVG9...", "sandbox-client"),
            ("integration@acme.com", "admin@sandbox.example"),
            ("--every 5m", "--every 1s"),
        ];
        let replace = |text: String, (there, here): (&str, &str)| text.replace(there, here);
        places.into_iter().fold(text.to_owned(), replace)
    }

    fn follow(&mut self, example: &Example<'_>) {
        self.made.clear();
        for block in &example.blocks {
            let text = self.here(&block.text);
            match (block.language, block.about) {
                ("xml", "") => {}
                ("sh", "runs") => self.start(&text),
                ("sh", about) => self.run(&text, about, example.title),
                ("text", "") => {
                    let printed = &self.printed;
                    assert!(
                        is_like(printed, &text),
                        "{}: printed {printed}\nnot {text}",
                        example.title
                    );
                }
                (_, name) if self.made.contains(name) => self.compare(name, &text, example.title),
                (_, name) => self.folder.write(name, &text),
            }
        }
        self.running.clear();
    }

    fn shell(&mut self, script: &str) -> Command {
        let words: Vec<&str> = script.split_whitespace().collect();
        let pairs = words.windows(2).filter(|pair| MADE_BY.contains(&pair[0]));
        self.made.extend(pairs.map(|pair| pair[1].to_owned()));
        let folder = self.folder.path("");
        let mut command = compiled::command("/bin/sh", &folder);
        command
            .args(["-e", "-c", script])
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .envs(ENVIRONMENT);
        command
    }

    fn run(&mut self, script: &str, about: &str, title: &str) {
        let code = about.strip_prefix("exit=").unwrap_or("0");
        let output = self.shell(script).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            code.parse().ok(),
            "{title}: {script}{told}"
        );
        self.printed = String::from_utf8(output.stdout).unwrap();
    }

    /// Starts a command that goes on, and waits until its first poll is done.
    fn start(&mut self, script: &str) {
        let child = self
            .shell(&format!("exec {script}"))
            .stdout(Stdio::null())
            .spawn();
        self.running.push(Running(child.unwrap()));
        let outputs = self.made.iter();
        let checkpoints: Vec<_> = outputs
            .map(|name| self.folder.path(&format!("{name}.checkpoint")))
            .collect();
        eventually(|| checkpoints.iter().all(|path| path.exists()));
    }

    /// Compares a file with what it is to hold, if need be once it has come.
    fn compare(&self, name: &str, expected: &str, title: &str) {
        let started = Instant::now();
        loop {
            let found = std::fs::read_to_string(self.folder.path(name)).unwrap_or_default();
            if is_like(&found, expected) {
                return;
            }
            let goes_on = !self.running.is_empty() && started.elapsed() < TIME_LIMIT;
            assert!(goes_on, "{title}: {name} holds {found}\nnot {expected}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn follow(chapter: &str, titles: &[&str]) {
    let examples = examples(chapter);
    let found: Vec<&str> = examples.iter().map(|example| example.title).collect();
    assert_eq!(found, titles);
    let mut reader = Reader::new();
    for example in &examples {
        reader.follow(example);
    }
}

#[test]
fn the_examples_for_wso2_work_as_they_stand() {
    let titles = [
        "Connection of WSO2",
        "Create of WSO2",
        "Query of WSO2",
        "Bulk job of WSO2",
        "Inbound endpoint of WSO2",
    ];
    follow("WSO2", &titles);
}

#[test]
fn the_examples_for_boomi_work_as_they_stand() {
    let titles = [
        "Connections of Boomi",
        "Query of Boomi",
        "Create and upsert of Boomi",
        "Bulk of Boomi",
        "Events of Boomi",
    ];
    follow("Boomi", &titles);
}

#[test]
fn the_examples_for_workato_work_as_they_stand() {
    let titles = [
        "Connection of Workato",
        "Triggers by example",
        "Search of Workato",
        "Batches of Workato",
        "Bulk and retry of Workato",
    ];
    follow("Workato", &titles);
}

#[test]
fn a_text_is_compared_around_its_gaps() {
    assert!(is_like("a\n", "a"));
    assert!(is_like("{\"id\":\"1\",\"ok\":true}", "…\"ok\":true…"));
    assert!(is_like("row,1,true,x,true", "row,…,true"));
    assert!(!is_like("row,1,true,x", "row,…,true"));
    assert!(!is_like("row", "row…more"));
    assert!(!is_like("more", "row"));
}
