//! Functions -> operations: every function of our exported interfaces that takes a connection.

use std::rc::Rc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use wit_parser::{
    Function, Handle, Interface, PackageId, Resolve, Type, TypeDefKind, TypeId, WorldId, WorldItem,
};

use crate::docs::Docs;
use crate::model::{Catalog, Effect, Input, Kind, Operation, Record, Style};
use crate::shapes::Shapes;

/// What a function may take besides its connection, config and input: where a sink or trigger was left.
const RESUMING: &[&str] = &["journal", "checkpoint", "wait-ms"];

/// Collects the operations of the world, in the order of the WIT.
pub fn collect(resolve: &Resolve, world: WorldId, package: PackageId) -> Result<Catalog> {
    let world = resolve
        .worlds
        .get(world)
        .context("the world is not resolved")?;
    let mut reader = Reader {
        resolve,
        shapes: Shapes::new(resolve),
        connection: None,
    };
    let mut operations = Vec::new();
    for item in world.exports.values() {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let interface = resolve
            .interfaces
            .get(*id)
            .context("an interface is not resolved")?;
        if interface.package == Some(package) {
            reader.interface(interface, &mut operations)?;
        }
    }
    let connection = reader
        .connection
        .ok_or_else(|| anyhow!("no function takes a `connection`: there is no operation"))?;
    Ok(Catalog {
        name: world.name.clone(),
        connection: reader.shapes.kind(&connection)?,
        operations,
    })
}

struct Reader<'a> {
    resolve: &'a Resolve,
    shapes: Shapes<'a>,
    /// The type of the first `connection`.
    connection: Option<Type>,
}

/// What a function gives back.
enum Outcome {
    Message,
    Typed(Type),
    Source,
    Sink,
    Batch,
}

impl Reader<'_> {
    fn interface(&mut self, interface: &Interface, operations: &mut Vec<Operation>) -> Result<()> {
        let group = interface.name.as_deref().unwrap_or_default();
        for function in interface.functions.values() {
            if function.params.iter().any(|p| p.name == "connection") {
                let place = format!(
                    "{}: function `{}`",
                    self.resolve.render_location(function.span),
                    function.name
                );
                operations.push(self.operation(group, function).context(place)?);
            }
        }
        Ok(())
    }

    fn operation(&mut self, group: &str, function: &Function) -> Result<Operation> {
        let docs = Docs::parse(&function.docs);
        let name = format!("{group}/{}", function.name);
        let outcome = self.outcome(function)?;
        let style = style(&outcome);
        let (config, input) = self.parameters(function)?;
        let (returns, reply) = self.returns(&docs, outcome)?;
        Ok(Operation {
            summary: docs.summary().to_owned(),
            style,
            effect: effect(&docs)?,
            config: config.unwrap_or_else(|| empty(&name)),
            accepts: accepts(&docs, input, style)?,
            input,
            returns,
            reply,
            secret: docs.tag("secret").is_some(),
            description: docs.text,
            name,
        })
    }

    /// Reads the parameters and checks that none is unforeseen.
    fn parameters(&mut self, function: &Function) -> Result<(Option<Kind>, Input)> {
        let mut config = None;
        let mut input = Input::None;
        for param in &function.params {
            match param.name.as_str() {
                "connection" => self.connection(param.ty)?,
                "config" => config = Some(self.shapes.kind(&param.ty)?),
                "input" => input = self.input(&param.ty)?,
                name if RESUMING.contains(&name) => {}
                name => bail!(
                    "parameter `{name}` is not known; known are connection, config, input, {}",
                    RESUMING.join(", ")
                ),
            }
        }
        let plain = config
            .as_ref()
            .is_none_or(|kind| matches!(kind, Kind::Record(_)));
        ensure!(plain, "`config` must be a record");
        Ok((config, input))
    }

    fn connection(&mut self, ty: Type) -> Result<()> {
        let first = *self.connection.get_or_insert(ty);
        ensure!(
            self.target(&first) == self.target(&ty),
            "`connection` must have the same type everywhere"
        );
        Ok(())
    }

    fn input(&self, ty: &Type) -> Result<Input> {
        if self.named(ty) == Some("message") {
            return Ok(Input::Required);
        }
        match self.kind_of(ty) {
            Some(TypeDefKind::Option(inner)) if self.named(inner) == Some("message") => {
                Ok(Input::Optional)
            }
            _ => bail!("`input` must be `message` or `option<message>`"),
        }
    }

    fn outcome(&self, function: &Function) -> Result<Outcome> {
        let bad = || anyhow!("must return `result<T, fault>`");
        let result = function.result.as_ref().and_then(|ty| self.kind_of(ty));
        let Some(TypeDefKind::Result(result)) = result else {
            return Err(bad());
        };
        let fault = result.err.as_ref().and_then(|ty| self.named(ty));
        ensure!(fault == Some("fault"), bad());
        let ok = result.ok.as_ref().ok_or_else(bad)?;
        Ok(match (self.kind_of(ok), self.named(ok)) {
            (Some(TypeDefKind::Handle(Handle::Own(id))), _) => match self.named(&Type::Id(*id)) {
                Some("source") => Outcome::Source,
                Some("sink") => Outcome::Sink,
                other => bail!(
                    "returns the resource `{}`; known are source and sink",
                    other.unwrap_or("?")
                ),
            },
            (_, Some("message")) => Outcome::Message,
            (_, Some("batch")) => Outcome::Batch,
            _ => Outcome::Typed(*ok),
        })
    }

    fn returns(&mut self, docs: &Docs, outcome: Outcome) -> Result<(Vec<String>, Option<Kind>)> {
        let declared = docs.tag("returns").map(media_types).transpose()?;
        match outcome {
            Outcome::Typed(ty) => {
                ensure!(
                    declared.is_none(),
                    "`@returns` is for messages: a typed reply is `application/json`"
                );
                Ok((
                    vec!["application/json".to_owned()],
                    Some(self.shapes.kind(&ty)?),
                ))
            }
            Outcome::Sink => Ok((declared.unwrap_or_default(), None)),
            Outcome::Message | Outcome::Source | Outcome::Batch => {
                let declared = declared.ok_or_else(|| {
                    anyhow!("has no `@returns`: list the media types of the reply")
                })?;
                Ok((declared, None))
            }
        }
    }

    /// The type behind aliases and `use`s.
    fn target(&self, ty: &Type) -> Option<TypeId> {
        let Type::Id(id) = ty else { return None };
        match self.resolve.types.get(*id)?.kind {
            TypeDefKind::Type(inner @ Type::Id(_)) => self.target(&inner),
            _ => Some(*id),
        }
    }

    fn named(&self, ty: &Type) -> Option<&str> {
        self.resolve.types.get(self.target(ty)?)?.name.as_deref()
    }

    fn kind_of(&self, ty: &Type) -> Option<&TypeDefKind> {
        self.resolve
            .types
            .get(self.target(ty)?)
            .map(|def| &def.kind)
    }
}

fn style(outcome: &Outcome) -> Style {
    match outcome {
        Outcome::Source => Style::Source,
        Outcome::Sink => Style::Sink,
        Outcome::Batch => Style::Trigger,
        Outcome::Message | Outcome::Typed(_) => Style::Call,
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
        fields: Vec::new(),
    }))
}
