//! The build script, run on WIT that is right and on WIT that breaks one rule at a time.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A world with one of everything.
pub(super) const WIT: &str = r#"package salesforce:connector@0.1.0;
/// Tries the generator.
world salesforce {
  include mediation:connector/connector@0.1.0;
  export trial;
}
/// Holds one of everything.
interface trial {
  use mediation:connector/types@0.1.0.{content, fault};
  use mediation:connector/connections@0.1.0.{connection};
  use mediation:connector/mediator@0.1.0.{source, sink, batch};
  /// Carries any JSON.
  type json = string;
  /// Is an address.
  /// @format uri
  type address = string;
  /// Says which org.
  record reach {
    /// Names the host.
    /// @domains acme.example other.example
    url: address,
  }
  /// Names colours.
  enum colour {
    /// Is red.
    red,
    /// Is green.
    dark-green,
  }
  /// Names ways.
  variant way {
    /// Goes on foot.
    on-foot,
    /// Goes by some vehicle.
    by-vehicle(vehicle),
  }
  /// Says which vehicle.
  /// @example {"wheels": 2}
  record vehicle {
    /// Counts wheels.
    /// @default 4
    /// @range 1..18
    /// @example 3
    wheels: option<u8>,
  }
  /// Says what to do.
  record settings {
    /// Names it.
    /// @length 1..80
    name: string,
    /// Paints it.
    /// @default dark-green
    colour: option<colour>,
    /// Chooses the way there.
    way: way,
    /// Chooses the way back.
    back: option<vehicle>,
    /// Gives values.
    /// @length ..5
    bind: list<tuple<string, json>>,
    /// Measures it.
    size: f64,
    /// Counts below zero, too.
    delta: option<s64>,
  }
  /// Checks it.
  connect: func(config: reach) -> result<connection, fault>;
  /// Does one thing. Then another.
  ///
  /// - first
  /// - second
  /// @effect write
  /// @accepts text/plain, text/csv
  act: func(connection: borrow<connection>, config: settings, input: option<content>) -> result<vehicle, fault>;
  /// Reads it.
  /// @effect read
  /// @returns text/csv
  /// @secret
  get-all: func(connection: borrow<connection>) -> result<source, fault>;
  /// Loads it.
  /// @effect write
  /// @accepts text/csv
  load: func(connection: borrow<connection>, config: settings, journal: option<string>) -> result<sink, fault>;
  /// Watches it.
  /// @effect read
  /// @returns application/json
  changes: func(connection: borrow<connection>, checkpoint: option<string>, wait-ms: u32) -> result<batch, fault>;
}
"#;

/// The catalog of this WIT, or what cargo would show.
fn generate(wit: &str) -> Result<String, String> {
    generated(wit, "catalog.rs")
}

/// Runs the build script on this WIT beside the real generic package: the Rust text of one file, or what cargo would show.
pub(super) fn generated(wit: &str, file: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let deps = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/deps/mediation-connector");
    fs::create_dir_all(at("connector/contract")).unwrap();
    fs::create_dir_all(at("wit/deps/mediation-connector")).unwrap();
    for entry in fs::read_dir(deps).unwrap() {
        let entry = entry.unwrap();
        fs::copy(
            entry.path(),
            at("wit/deps/mediation-connector").join(entry.file_name()),
        )
        .unwrap();
    }
    fs::write(at("wit/trial.wit"), wit).unwrap();
    let mut command = Command::new(env!("CATALOG_GENERATOR"));
    let run = command
        .env("CARGO_MANIFEST_DIR", at("connector/contract"))
        .env("OUT_DIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    let errors: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("cargo::error="))
        .collect();
    assert_eq!(run.status.success(), errors.is_empty(), "{said}");
    if errors.is_empty() {
        Ok(text(&at(file)))
    } else {
        Err(errors.join("\n"))
    }
}

/// Reads a file, unpacked where it is packed.
fn text(file: &Path) -> String {
    let bytes = fs::read(file).unwrap();
    let bytes = match file.extension().is_some_and(|name| name == "deflate") {
        true => miniz_oxide::inflate::decompress_to_vec(&bytes).unwrap(),
        false => bytes,
    };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn one_of_everything_becomes_operations() {
    let text = generate(WIT).unwrap() + &generated(WIT, "texts.deflate").unwrap();
    for expected in [
        r#"name: "trial/act", summary: Text {"#,
        "Does one thing.Does one thing. Then another.\n\n- first\n- second",
        "style: Style::Call, effect: Effect::Write, input: Input::Optional",
        r#"accepts: &["text/plain", "text/csv"], returns: &["application/json"]"#,
        r#"name: "trial/get-all""#,
        "style: Style::Source, effect: Effect::Read, input: Input::None",
        "style: Style::Sink, effect: Effect::Write, input: Input::None",
        "style: Style::Trigger, effect: Effect::Read, input: Input::None",
        r#"("dark-green", "DarkGreen")"#,
        r#"Case { name: "on-foot", rust: "OnFoot", payload: None }"#,
        r#"Field { name: "wheels", rust: "wheels", shape: Shape::Whole { min: 1, max: 18 }, presence: Presence::Default("4") }"#,
        r#"shape: Shape::Text { length: Length { min: 0, max: 4294967295 }, uri: true, secret: false }"#,
        r#"shape: Shape::Map { values: &Shape::Json, length: Length { min: 0, max: 5 } }, presence: Presence::Default("{}")"#,
        r#"Field { name: "size", rust: "size", shape: Shape::Number, presence: Presence::Required }"#,
        "shape: Shape::Whole { min: -9223372036854775808, max: 9223372036854775807 }, presence: Presence::Optional",
        r##""$ref":"#/$defs/trial.vehicle""##,
        r#""x-trusted-domains":["acme.example","other.example"]"#,
        r#""writeOnly":true"#,
        r#""title":"on-foot","description":"Goes on foot.","const":"on-foot""#,
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

/// Each rule, broken: what is replaced, by what, and what the build then says.
const BROKEN: &[(&str, &str, &str)] = &[
    (
        "  /// Says which org.\n",
        "",
        "type `reach` has no `///` line",
    ),
    (
        "    /// Counts wheels.\n",
        "",
        "field `wheels` of `vehicle` has no `///` line",
    ),
    (
        "    /// Is red.\n",
        "",
        "case `red` of `colour` has no `///` line",
    ),
    (
        "    /// Goes on foot.\n",
        "",
        "case `on-foot` of `way` has no `///` line",
    ),
    (
        "  /// Reads it.\n",
        "",
        "function `get-all` has no `///` line",
    ),
    (
        "/// Holds one of everything.\n",
        "",
        "interface `trial` has no `///` line",
    ),
    (
        "@range 1..18",
        "@rnage 1..18",
        "field `wheels` of `vehicle` has `@rnage`, which is not known here; known are @default",
    ),
    (
        "/// Is red.",
        "/// Is red.\n    /// @example red",
        "case `red` of `colour` has `@example`, which is not known here",
    ),
    (
        "@default 4",
        "@default 4\n    /// @default 5",
        "`@default` twice",
    ),
    (
        "@default 4",
        "@default 19",
        "field `wheels`: `@default 19` is out of 1..18",
    ),
    (
        "@default 4",
        "@default four",
        "`@default four` is no whole number",
    ),
    (
        "@default dark-green",
        "@default blue",
        "`@default blue` is no case of `trial.colour`",
    ),
    ("@example 3", "@example 30", "`@example 30` is out of 1..18"),
    (
        "@example {\"wheels\": 2}",
        "@example {wheels}",
        "`@example {wheels}` is not JSON",
    ),
    (
        "@range 1..18",
        "@range 18..1",
        "`@range 18..1` is not `A..B` with A below B",
    ),
    (
        "@range 1..18",
        "@range 1..300",
        "`@range 1..300` does not fit the type, which holds 0..255",
    ),
    (
        "@length 1..80",
        "@range 1..80",
        "field `name`: `@range` is for whole numbers only",
    ),
    (
        "@length 1..80",
        "@length 80",
        "`@length 80` is not `A..B`, `A..` or `..B`",
    ),
    (
        "/// Measures it.",
        "/// Measures it.\n    /// @length 1..2",
        "`@length` is for text and lists only",
    ),
    (
        "/// Measures it.",
        "/// Measures it.\n    /// @secret",
        "`@secret` is for text only",
    ),
    (
        "@format uri",
        "@format url",
        "`@format url` is not known; `uri` is",
    ),
    (
        "@domains acme.example other.example",
        "@domains https://acme.example",
        "does not list domains of two labels or more",
    ),
    (
        "    /// @length 1..80\n",
        "    /// @domains acme.example\n",
        "`@domains` is for text with `@format uri` only",
    ),
    (
        "@length 1..80",
        "@secret\n    /// @default x",
        "a secret cannot have a `@default`",
    ),
    (
        "name: string",
        "match: string",
        "field `match` of `settings` is a keyword of Rust, JavaScript or WIT",
    ),
    (
        "size: f64",
        "size: f32",
        "field `size`: type F32 has no exact JSON form",
    ),
    (
        "size: f64",
        "size: list<u8>",
        "field `size`: bytes have no place in JSON",
    ),
    (
        "size: f64",
        "size: tuple<u8, u8>",
        "field `size`: a tuple has no JSON form here",
    ),
    (
        "size: f64",
        "size: list<option<u8>>",
        "field `size`: an option is for a field of a record only",
    ),
    (
        "  /// @effect read\n  /// @returns text/csv\n",
        "  /// @returns text/csv\n",
        "function `get-all`: has no `@effect`",
    ),
    (
        "@effect read\n  /// @returns text/csv",
        "@effect reads\n  /// @returns text/csv",
        "`@effect reads` is not known",
    ),
    (
        "  /// @returns text/csv\n",
        "",
        "function `get-all`: has no `@returns`",
    ),
    (
        "@returns text/csv",
        "@returns csv",
        "`csv` is no media type",
    ),
    (
        "  /// @accepts text/plain, text/csv\n",
        "",
        "function `act`: takes input and has no `@accepts`",
    ),
    (
        "@returns text/csv",
        "@returns text/csv\n  /// @accepts text/csv",
        "function `get-all`: has `@accepts` and takes no input",
    ),
    (
        "@accepts text/plain, text/csv",
        "@accepts text/csv\n  /// @returns text/csv",
        "`@returns` is for messages",
    ),
    (
        "input: option<content>",
        "input: string",
        "`input` must be `content` or `option<content>`",
    ),
    (
        "input: option<content>",
        "body: content",
        "parameter `body` is not known",
    ),
    (
        "config: settings, input",
        "config: colour, input",
        "`config` must be a record",
    ),
    (
        "result<vehicle, fault>",
        "result<vehicle, string>",
        "function `act`: must return `result<T, fault>`",
    ),
    (
        "connection: borrow<connection>, checkpoint",
        "connection: string, checkpoint",
        "`connection` must be `borrow<connection>`",
    ),
    (
        "  get-all: func",
        "  delete: func",
        "function `delete` is a keyword",
    ),
    (
        "get-all: func(connection: borrow<connection>)",
        "get-all: func()",
        "must take a `connection`, unless its effect is pure",
    ),
    ("name: string", "name: strong", "strong"),
];

#[test]
fn each_broken_rule_fails_the_build_and_names_the_place() {
    for (from, to, expected) in BROKEN {
        let wit = WIT.replacen(from, to, 1);
        assert_ne!(wit, WIT, "{from} is not in the sample");
        let said = generate(&wit).expect_err(to);
        assert!(
            said.contains(expected),
            "{to}: {expected} is not in: {said}"
        );
        assert!(said.contains("trial.wit:"), "{to}: no place in: {said}");
    }
}

#[test]
fn all_undocumented_items_are_told_at_once() {
    let said = generate(
        &WIT.replace("    /// Is red.\n", "")
            .replace("    /// Counts wheels.\n", ""),
    )
    .unwrap_err();
    assert_eq!(said.lines().count(), 2, "{said}");
}
