//! What the contract promises, as far as it can be tried.

use serde::Serialize;

/// Promise of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Promise {
    /// The component exports the contract and imports only what hosts offer.
    Component,
    /// `describe` is bounded, and names and texts have their form.
    Catalog,
    /// `describe` says the same each time.
    Stable,
    /// Schemas are JSON Schemas.
    Schemas,
    /// Defaults and examples are valid.
    Examples,
    /// `connect` accepts right documents and refuses wrong ones.
    Connect,
    /// Wrong configs are refused.
    Configs,
    /// Other styles and unknown operations are refused.
    Styles,
    /// Pure operations need no connection, all others do.
    Connections,
    /// What is refused or pure sends nothing.
    Silence,
    /// Faults are sound.
    Faults,
    /// Replies are of a named media type and fit their schema.
    Replies,
    /// Chunks have their size.
    Chunks,
    /// `read-text` gives the same as `read`.
    Texts,
    /// Heads name the media type.
    Heads,
    /// Sources continue where they say.
    Resumption,
    /// Journals count what was taken.
    Journals,
    /// Sinks continue from their journal.
    Outcomes,
    /// Sinks abort.
    Aborts,
    /// Triggers continue from their checkpoint.
    Checkpoints,
    /// `session` gives what the connection takes.
    Sessions,
}

impl Promise {
    /// All promises, in the order in which they are tried.
    pub const ALL: [Self; 21] = [
        Self::Component,
        Self::Catalog,
        Self::Stable,
        Self::Schemas,
        Self::Examples,
        Self::Connect,
        Self::Configs,
        Self::Styles,
        Self::Connections,
        Self::Silence,
        Self::Faults,
        Self::Replies,
        Self::Chunks,
        Self::Texts,
        Self::Heads,
        Self::Resumption,
        Self::Journals,
        Self::Outcomes,
        Self::Aborts,
        Self::Checkpoints,
        Self::Sessions,
    ];

    /// Returns the name, for example `chunks`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Catalog => "catalog",
            Self::Stable => "stable",
            Self::Schemas => "schemas",
            Self::Examples => "examples",
            Self::Connect => "connect",
            Self::Configs => "configs",
            Self::Styles => "styles",
            Self::Connections => "connections",
            Self::Silence => "silence",
            Self::Faults => "faults",
            Self::Replies => "replies",
            Self::Chunks => "chunks",
            Self::Texts => "texts",
            Self::Heads => "heads",
            Self::Resumption => "resumption",
            Self::Journals => "journals",
            Self::Outcomes => "outcomes",
            Self::Aborts => "aborts",
            Self::Checkpoints => "checkpoints",
            Self::Sessions => "sessions",
        }
    }

    /// Says what is promised.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Component => {
                "exports mediation:connector@0.1, and imports of WASI 0.2 only http, io, clocks, random and standard error"
            }
            Self::Catalog => {
                "`describe` is bounded in time and size, and names, texts and media types have their form"
            }
            Self::Stable => "`describe` says the same each time",
            Self::Schemas => "every schema is a JSON Schema 2020-12",
            Self::Examples => "every default and example is valid by its own schema",
            Self::Connect => {
                "`connect` refuses a wrong connection with a `config` fault, also after a right one"
            }
            Self::Configs => "a wrong config is refused with a `config` fault",
            Self::Styles => {
                "an operation that is unknown or of another style is refused with a fault"
            }
            Self::Connections => "operations that are `pure` need no connection, and all others do",
            Self::Silence => "what is refused or `pure` sends nothing",
            Self::Faults => "a fault is a sentence, and its numbers fit each other",
            Self::Replies => "a reply has a media type of `returns` and fits its schema",
            Self::Chunks => {
                "a chunk is never empty, never larger than asked, and its size changes no byte"
            }
            Self::Texts => {
                "`read-text` cuts between characters and gives the same as `read`, also in turn"
            }
            Self::Heads => "`head` names one media type of `returns`, before and after",
            Self::Resumption => "a source continues where its head says",
            Self::Journals => {
                "a journal is a JSON object whose `taken` never exceeds what was given"
            }
            Self::Outcomes => "a sink that continues from its journal has the same outcomes",
            Self::Aborts => "a sink aborts, and every record then has an outcome",
            Self::Checkpoints => {
                "a trigger continues from its checkpoint, and refuses one that is not its own"
            }
            Self::Sessions => "`session` gives a JSON text that the connection takes",
        }
    }

    /// Says how to keep it.
    #[must_use]
    pub const fn fix(self) -> &'static str {
        match self {
            Self::Component => {
                "build for wasm32-wasip2 with the world `connector`, and leave out what reads files, variables and sockets"
            }
            Self::Catalog => {
                "return constant texts within the bounds, each operation named once as `group/name`"
            }
            Self::Stable => {
                "make the catalog of constants, not of clocks, random numbers or what ran before"
            }
            Self::Schemas => {
                "write the schema by https://json-schema.org/draft/2020-12, its references inside of it"
            }
            Self::Examples => "correct the default or example, or the schema beside it",
            Self::Connect => {
                "hold the whole document against the schema in `connect`, and keep nothing of the one before"
            }
            Self::Configs => {
                "hold the whole config against its schema before anything else is done"
            }
            Self::Styles => {
                "look for the operation among those of the function's style, and return a fault otherwise"
            }
            Self::Connections => "ask for the connection exactly where `effect` is not `pure`",
            Self::Silence => {
                "check everything before the first request, and declare what sends as `read` or `write`"
            }
            Self::Faults => {
                "fill every field: a message in one line, and no `maybe-applied` where nothing was sent"
            }
            Self::Replies => {
                "list the media type in `returns`, and correct the reply or its schema"
            }
            Self::Chunks => {
                "hold back what exceeds `max-bytes`, return `none` at the end and from then on"
            }
            Self::Texts => "hold back the beginning of a character, and let `read` begin with it",
            Self::Heads => "decide on the media type before the first chunk",
            Self::Resumption => "name a position only once all bytes before it were given",
            Self::Journals => "count in `taken` only what need not be written again",
            Self::Outcomes => "keep in the journal all that the outcomes of what was taken need",
            Self::Aborts => {
                "let `abort` succeed at any time, and give outcomes that say what was not sent"
            }
            Self::Checkpoints => {
                "keep in the checkpoint all that is needed to continue, and check it when it comes back"
            }
            Self::Sessions => {
                "return the JSON text of the property `session` of the connection's schema"
            }
        }
    }
}
