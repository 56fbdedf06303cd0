//! Compressed files, endings, and inputs that are no files.

use super::*;

#[test]
fn compressed_files_go_out_and_in() {
    let folder = Folder::new();
    let expected: String = (1..=1000).map(|line| format!("{line}\n")).collect();
    let paged = [
        "lines:=1000",
        "page:=100",
        "fail_at:=550",
        "--output",
        "rows.txt.gz",
    ];
    let read = folder.echo(&[&["read", "echo/count"][..], &paged].concat());
    assert_eq!(read.code, Some(0), "{read:?}");
    assert_eq!(unpacked(&folder.path("rows.txt.gz")), expected);
    let files = ["--input", "rows.txt.gz", "--outcomes", "out.txt.gz"];
    let written = folder.echo(&[&["write", "echo/collect"][..], &files].concat());
    assert_eq!(written.code, Some(0), "{written:?}");
    assert_eq!(unpacked(&folder.path("out.txt.gz")), expected);
    let called = folder.echo(&["call", "echo/call", "--input", "rows.txt.gz"]);
    assert_eq!(called.data(), expected);
    assert_eq!(folder.names(), ["out.txt.gz", "rows.txt.gz"]);
}

#[test]
fn a_load_from_a_compressed_file_is_continued() {
    let lines = "line\n".repeat(100_000);
    let input = format!("{lines}~stay\n{lines}");
    let folder = Folder::new();
    fs::write(folder.path("in.txt.gz"), packed(&input)).unwrap();
    let files = ["--input", "in.txt.gz", "--outcomes", "out.txt"];
    let stopped = folder.echo(&[&["write", "echo/collect"][..], &files].concat());
    assert_eq!(stopped.code, Some(5), "{stopped:?}");
    let resumed = folder.run(&["resume", "in.txt.gz.journal"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert_eq!(folder.read("out.txt"), input);
}

#[test]
fn a_fifo_is_an_input_too() {
    let folder = Folder::new();
    make_fifo(&folder.path("pipe"));
    let path = folder.path("pipe");
    let writer = thread::spawn(move || fs::write(path, "a\nb\n").unwrap());
    let written = folder.echo(&[
        "write",
        "echo/collect",
        "--input",
        "pipe",
        "--outcomes",
        "out",
    ]);
    writer.join().unwrap();
    assert_eq!(written.code, Some(0), "{written:?}");
    assert_eq!(folder.read("out"), "a\nb\n");
    assert_eq!(folder.names(), ["out", "pipe"]);
}

#[test]
fn an_ending_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let folder = Folder::new()
        .file("in.csv", "Name\nA\n")
        .file("in.parquet", "PAR1");
    let soql = "soql=SELECT Id FROM Account LIMIT 1";
    let load = [
        "write",
        "bulk/load",
        "object=Account",
        "operation=insert",
        "--input",
    ];
    for words in [
        &[
            "read",
            "bulk/query-job-results",
            "job=750000000000000AAA",
            "--output",
            "out.xml",
        ][..],
        &["read", "bulk/extract", soql, "--output", "out.parquet"],
        &["read", "query/rows", soql, "--output", "out.xlsx"],
        &["call", "connection/limits", "--output", "out.csv"],
        &[&load[..], &["in.parquet"]].concat(),
        &[&load[..], &["in.csv", "--outcomes", "out.xml"]].concat(),
        &[&load[..], &["in.csv", "--failed", "out.ndjson"]].concat(),
        &[
            "watch",
            "triggers/updated",
            "object=Account",
            "--output",
            "out.csv",
        ],
        &[
            "watch",
            "triggers/updated",
            "object=Account",
            "--output",
            "out.ndjson.gz",
        ],
    ] {
        let outcome = folder.run(words);
        assert_eq!(outcome.code, Some(2), "{words:?}: {outcome:?}");
    }
    assert_eq!(folder.names(), ["in.csv", "in.parquet"]);
}

#[test]
fn the_format_is_that_of_the_ending_before_gz() {
    let folder = Folder::new();
    let soql = "soql=SELECT Id, Name FROM Account ORDER BY Id LIMIT 2";
    for (operation, name) in [("bulk/extract", "a.csv.gz"), ("query/rows", "b.csv.gz")] {
        let read = folder.run(&["read", operation, soql, "--output", name]);
        assert_eq!(read.code, Some(0), "{read:?}");
        let text = unpacked(&folder.path(name)).replace('"', "");
        assert!(text.starts_with("Id,Name\n"), "{text}");
    }
    let read = folder.run(&["read", "bulk/extract", soql, "--output", "c.ndjson.gz"]);
    assert_eq!(read.code, Some(0), "{read:?}");
    assert!(unpacked(&folder.path("c.ndjson.gz")).starts_with("{\"Id\":"));
    let read = folder.run(&["read", "bulk/extract", soql, "--output", "d.json.gz"]);
    assert_eq!(read.code, Some(0), "{read:?}");
    assert!(unpacked(&folder.path("d.json.gz")).starts_with("[\n{\"Id\":"));
}
