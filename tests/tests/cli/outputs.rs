//! Where data goes: what an argument names decides whether it is replaced when the new data is whole, or written through,
//! and nothing else that the user has is touched.

mod packed;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::thread;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::harness::{Folder, Outcome};

const THREE: &str = "1\n2\n3\n";

fn count(folder: &Folder, output: &str) -> Outcome {
    folder.echo(&["read", "echo/count", "lines:=3", "--output", output])
}

fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let mut decoder = MultiGzDecoder::new(File::open(path).unwrap());
    decoder.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_fifo_hands_everything_to_its_reader_and_stays_a_fifo() {
    for words in [
        &["read", "echo/count", "lines:=3"][..],
        &["call", "echo/call", "--input", "in.txt"],
    ] {
        let folder = Folder::new().file("in.txt", THREE);
        let path = folder.path("pipe");
        make_fifo(&path);
        let reader = thread::spawn({
            let path = path.clone();
            move || fs::read_to_string(path).unwrap()
        });
        let outcome = folder.echo(&[words, &["--output", "pipe"]].concat());
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(reader.join().unwrap(), THREE);
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
        assert_eq!(folder.names(), ["in.txt", "pipe"]);
    }
}

#[test]
fn outcomes_and_failed_records_go_through_a_fifo_too() {
    let folder = Folder::new().file("in.txt", "a\n!b\n");
    let names = ["outcomes", "failed"];
    let readers = names.map(|name| {
        let path = folder.path(name);
        make_fifo(&path);
        thread::spawn(move || fs::read_to_string(path).unwrap())
    });
    let outcome = folder.echo(&[
        "write",
        "echo/collect",
        "--input",
        "in.txt",
        "--outcomes",
        "outcomes",
        "--failed",
        "failed",
    ]);
    assert_eq!(outcome.code, Some(9), "{outcome:?}");
    let read = readers.map(|reader| reader.join().unwrap());
    assert_eq!(read, ["a\n!b\n", "!b\n"]);
    assert_eq!(folder.names(), ["failed", "in.txt", "outcomes"]);
}

#[test]
fn a_socket_is_written_through() {
    let folder = Folder::new();
    let listener = UnixListener::bind(folder.path("socket")).unwrap();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_to_string(&mut text).unwrap();
        text
    });
    assert_eq!(count(&folder, "socket").code, Some(0));
    assert_eq!(reader.join().unwrap(), THREE);
    assert!(
        fs::metadata(folder.path("socket"))
            .unwrap()
            .file_type()
            .is_socket()
    );
}

#[test]
fn a_device_stays_a_device() {
    let folder = Folder::new().file("in.txt", "a\n");
    let path = folder.path("null");
    // A copy of /dev/null, which only root can make; others check /dev/null itself, which they cannot replace.
    let made = Command::new("mknod")
        .arg(&path)
        .args(["c", "1", "3"])
        .status();
    let device = if made.is_ok_and(|status| status.success()) {
        "null"
    } else {
        "/dev/null"
    };
    assert_eq!(count(&folder, device).code, Some(0));
    let files = ["--outcomes", device, "--failed", device];
    let written =
        folder.echo(&[&["write", "echo/collect", "--input", "in.txt"][..], &files].concat());
    assert_eq!(written.code, Some(0), "{written:?}");
    let there = fs::metadata(folder.path(device)).unwrap();
    assert!(there.file_type().is_char_device());
    assert_eq!(there.rdev(), fs::metadata("/dev/null").unwrap().rdev());
}

#[test]
fn a_link_stays_a_link_and_its_target_is_replaced() {
    let folder = Folder::new().file("below/rows.txt", "before");
    symlink("below/rows.txt", folder.path("rows.txt")).unwrap();
    symlink("below/free.txt", folder.path("free.txt")).unwrap();
    for (name, target) in [
        ("rows.txt", "below/rows.txt"),
        ("free.txt", "below/free.txt"),
    ] {
        assert_eq!(count(&folder, name).code, Some(0));
        assert_eq!(fs::read_link(folder.path(name)).unwrap(), Path::new(target));
        assert_eq!(folder.read(target), THREE);
    }
}

#[test]
fn a_link_in_the_place_of_the_part_is_refused() {
    let folder = Folder::new().file("mine", "precious");
    for link in ["rows.txt.part", "rows.txt.journal"] {
        symlink("mine", folder.path(link)).unwrap();
        let outcome = count(&folder, "rows.txt");
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.error().contains("symbolic link"), "{outcome:?}");
        assert_eq!(folder.read("mine"), "precious");
        fs::remove_file(folder.path(link)).unwrap();
    }
    fs::hard_link(folder.path("mine"), folder.path("rows.txt.part")).unwrap();
    assert_eq!(count(&folder, "rows.txt").code, Some(2));
    assert_eq!(folder.read("mine"), "precious");
}

#[test]
fn the_mode_of_the_old_file_is_kept_and_a_new_one_follows_the_umask() {
    let folder = Folder::new()
        .file("old.txt", "before")
        .file("in.txt", "a\n");
    let old = folder.path("old.txt");
    for kept in [0o600, 0o664] {
        fs::set_permissions(&old, fs::Permissions::from_mode(kept)).unwrap();
        assert_eq!(count(&folder, "old.txt").code, Some(0));
        assert_eq!(mode(&old), kept);
        let written = folder.echo(&[
            "write",
            "echo/collect",
            "--input",
            "in.txt",
            "--outcomes",
            "old.txt",
        ]);
        assert_eq!(written.code, Some(0), "{written:?}");
        assert_eq!(mode(&old), kept);
    }
    let command = folder.command(&[
        "read",
        "echo/count",
        "lines:=3",
        "--output",
        "new.txt",
        "--connector",
        "echo.wasm",
    ]);
    let script = "umask 027; exec \"$0\" \"$@\"";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script])
        .arg(command.get_program())
        .args(command.get_args());
    shell.current_dir(folder.path("")).envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    assert!(shell.status().unwrap().success());
    assert_eq!(mode(&folder.path("new.txt")), 0o640);
}

#[test]
fn a_hyphen_is_stdout() {
    let folder = Folder::new().file("in.txt", "a\n!b\n");
    for name in ["-", "/dev/stdout"] {
        assert_eq!(count(&folder, name).data(), THREE);
        let called = folder.echo(&["call", "echo/call", "--input", "in.txt", "--output", name]);
        assert_eq!(called.data(), "a\n!b\n");
        let written = folder.echo(&[
            "write",
            "echo/collect",
            "--input",
            "in.txt",
            "--outcomes",
            name,
        ]);
        assert_eq!(
            (written.code, written.stdout.as_str()),
            (Some(9), "a\n!b\n")
        );
    }
    assert_eq!(folder.names(), ["in.txt"]);
}

#[test]
fn files_of_one_run_must_not_be_the_same() {
    let folder = Folder::new().file("in.txt", "a\n!b\n");
    fs::hard_link(folder.path("in.txt"), folder.path("hard")).unwrap();
    symlink("in.txt", folder.path("soft")).unwrap();
    let write = |files: &[&str]| {
        folder.echo(&[&["write", "echo/collect", "--input", "in.txt"][..], files].concat())
    };
    let mut outcomes = Vec::new();
    for name in ["in.txt", "./in.txt", "hard", "soft"] {
        outcomes.push(write(&["--outcomes", name]));
        outcomes.push(write(&["--failed", name]));
        outcomes.push(write(&["--journal", name]));
        outcomes.push(folder.echo(&["call", "echo/call", "--input", "in.txt", "--output", name]));
    }
    outcomes.push(write(&["--outcomes", "out", "--failed", "./out"]));
    outcomes.push(write(&["--outcomes", "-", "--failed", "/dev/stdout"]));
    outcomes.push(write(&["--outcomes", "out", "--journal", "out"]));
    outcomes.push(write(&["--outcomes", "out", "--journal", "out.part"]));
    outcomes.push(folder.echo(&[
        "read",
        "echo/count",
        "lines:=3",
        "--output",
        "out",
        "--journal",
        "out",
    ]));
    for outcome in outcomes {
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.error().contains("are the same file"), "{outcome:?}");
    }
    assert_eq!(folder.read("in.txt"), "a\n!b\n");
    assert_eq!(folder.names(), ["hard", "in.txt", "soft"]);
}

#[test]
fn a_watch_writes_through_as_well() {
    let folder = Folder::new();
    make_fifo(&folder.path("pipe"));
    for output in ["-", "pipe"] {
        let mut child = folder.start_echo(&[
            "watch",
            "echo/tick",
            "ticks:=3",
            "--every",
            "100ms",
            "--fast",
            "--output",
            output,
        ]);
        let from: Box<dyn Read> = match output {
            "-" => Box::new(child.stdout.take().unwrap()),
            name => Box::new(File::open(folder.path(name)).unwrap()),
        };
        let lines: Vec<String> = BufReader::new(from)
            .lines()
            .take(3)
            .map(Result::unwrap)
            .collect();
        assert!(
            lines.iter().all(|line| line.contains("\"id\"")),
            "{lines:?}"
        );
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(
        fs::metadata(folder.path("pipe"))
            .unwrap()
            .file_type()
            .is_fifo()
    );
    assert_eq!(folder.names(), ["pipe"]);
}
