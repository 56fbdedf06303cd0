//! Signatures -> operations: what the catalog tells of each operation.

use std::rc::Rc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use wit_parser::{Resolve, Type};

use crate::docs::Docs;
use crate::model::{Catalog, Effect, Input, Kind, Operation, Record, Style};
use crate::shapes::Shapes;
use crate::signature::{Group, NamedType, Returns, Signature};

/// Makes the catalog of a world, in the order of the WIT.
pub fn catalog(
    resolve: &Resolve,
    world: &str,
    connection: &Type,
    groups: &[Group],
) -> Result<Catalog> {
    let mut shapes = Shapes::new(resolve);
    let signatures = || groups.iter().flat_map(|group| &group.signatures);
    let operations = signatures()
        .map(|signature| operation(&mut shapes, signature).context(signature.place.clone()))
        .collect::<Result<_>>()?;
    ensure!(signatures().next().is_some(), "there is no operation");
    Ok(Catalog {
        name: world.to_owned(),
        connection: shapes.kind(connection)?,
        operations,
    })
}

fn operation(shapes: &mut Shapes, signature: &Signature) -> Result<Operation> {
    let Signature { docs, input, .. } = signature;
    let style = style(signature.returns);
    let config = config(shapes, signature.config.as_ref())?;
    let (returns, reply) = returns(shapes, signature)?;
    Ok(Operation {
        summary: docs.summary().to_owned(),
        style,
        effect: effect(docs)?,
        config: config.unwrap_or_else(|| empty(&signature.operation)),
        accepts: accepts(docs, *input, style)?,
        input: *input,
        returns,
        reply,
        secret: docs.tag("secret").is_some(),
        description: docs.text.clone(),
        name: signature.operation.clone(),
    })
}

fn config(shapes: &mut Shapes, config: Option<&NamedType>) -> Result<Option<Kind>> {
    let kind = config.map(|config| shapes.kind(&config.ty)).transpose()?;
    let plain = kind
        .as_ref()
        .is_none_or(|kind| matches!(kind, Kind::Record(_)));
    ensure!(plain, "`config` must be a record");
    Ok(kind)
}

/// The media types of the reply, and its shape where it is a typed value.
fn returns(shapes: &mut Shapes, signature: &Signature) -> Result<(Vec<String>, Option<Kind>)> {
    let declared = signature.docs.tag("returns").map(media_types).transpose()?;
    match signature.returns {
        Returns::Record => {
            ensure!(
                declared.is_none(),
                "`@returns` is for messages: a typed reply is `application/json`"
            );
            let reply = shapes.kind(&signature.ok.ty)?;
            Ok((vec!["application/json".to_owned()], Some(reply)))
        }
        Returns::Sink => Ok((declared.unwrap_or_default(), None)),
        Returns::Message | Returns::Source | Returns::Batch => {
            let declared = declared
                .ok_or_else(|| anyhow!("has no `@returns`: list the media types of the reply"))?;
            Ok((declared, None))
        }
    }
}

fn style(returns: Returns) -> Style {
    match returns {
        Returns::Source => Style::Source,
        Returns::Sink => Style::Sink,
        Returns::Batch => Style::Trigger,
        Returns::Message | Returns::Record => Style::Call,
    }
}

fn effect(docs: &Docs) -> Result<Effect> {
    match docs.tag("effect") {
        Some("pure") => Ok(Effect::Pure),
        Some("read") => Ok(Effect::Read),
        Some("write") => Ok(Effect::Write),
        Some(other) => bail!("`@effect {other}` is not known; known are pure, read, write"),
        None => bail!("has no `@effect`: say pure, read or write"),
    }
}

/// The media types taken as input: declared exactly where there is input.
fn accepts(docs: &Docs, input: Input, style: Style) -> Result<Vec<String>> {
    let takes = style == Style::Sink || !matches!(input, Input::None);
    match (takes, docs.tag("accepts")) {
        (true, Some(types)) => media_types(types),
        (false, None) => Ok(Vec::new()),
        (true, None) => bail!("takes input and has no `@accepts`: list the media types"),
        (false, Some(_)) => bail!("has `@accepts` and takes no input"),
    }
}

fn media_types(list: &str) -> Result<Vec<String>> {
    let one = |text: &str| {
        let well = text
            .split_once('/')
            .is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
        ensure!(
            well && !text.contains(char::is_whitespace),
            "`{text}` is no media type"
        );
        Ok(text.to_owned())
    };
    list.split(',').map(str::trim).map(one).collect()
}

/// The config of an operation that takes none.
fn empty(operation: &str) -> Kind {
    Kind::Record(Rc::new(Record {
        id: format!("{}.no-config", operation.replace('/', ".")),
        docs: "Takes no settings.".to_owned(),
        examples: Vec::new(),
        upstream: false,
        fields: Vec::new(),
    }))
}
