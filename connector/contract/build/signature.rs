//! The functions of the exported interfaces that are operations: what they take and give, in WIT and as Rust names it. A function is an
//! operation if it says what its effect is.

use anyhow::{Context, Result, anyhow, bail, ensure};
use heck::{ToSnakeCase, ToUpperCamelCase};
use wit_parser::{
    Function, Handle, Interface, PackageId, Param, Resolve, Type, TypeDef, TypeDefKind, TypeId,
    TypeOwner, WorldId, WorldItem,
};

use crate::docs::Docs;
use crate::model::Input;

/// Where wit-bindgen puts what the component exports.
pub const EXPORTS: &str = "$crate::bindings::exports";

/// The function that makes a connection of a record.
pub const CONNECT: &str = "connect";

/// What a function may take besides its connection, config and input: where a sink or trigger was left.
const RESUMING: &[&str] = &["journal", "checkpoint", "wait-ms"];

/// The operations of one exported interface.
pub struct Group {
    /// The name of the interface, in Rust's letters.
    pub module: String,
    pub signatures: Vec<Signature>,
}

/// One function that is an operation.
pub struct Signature {
    /// `interface/function`.
    pub operation: String,
    /// Where the WIT has it.
    pub place: String,
    pub docs: Docs,
    /// The name of the function, in Rust's letters.
    pub function: String,
    /// Names and types of the parameters, in Rust.
    pub params: Vec<(String, String)>,
    /// The type of the config, where there is one.
    pub config: Option<NamedType>,
    pub input: Input,
    pub returns: Returns,
    /// The type of a good result.
    pub ok: NamedType,
}

/// A type of the WIT, and its name in Rust.
pub struct NamedType {
    pub ty: Type,
    pub path: String,
}

/// What a good result is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Returns {
    Message,
    Record,
    Source,
    Sink,
    Batch,
}

impl Signature {
    /// Whether it sends nothing.
    pub fn is_pure(&self) -> bool {
        self.docs.tag("effect") == Some("pure")
    }
}

/// Reads the operations of the world, in the order of the WIT.
pub fn groups(resolve: &Resolve, world: WorldId, package: PackageId) -> Result<Vec<Group>> {
    let world = resolve
        .worlds
        .get(world)
        .context("the world is not resolved")?;
    let reader = Reader { resolve };
    let mut groups = Vec::new();
    for item in world.exports.values() {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let interface = resolve
            .interfaces
            .get(*id)
            .context("an interface is not resolved")?;
        if interface.package == Some(package) {
            groups.push(reader.group(interface)?);
        }
    }
    groups.retain(|group| !group.signatures.is_empty());
    Ok(groups)
}

/// Finds what the typed `connect` takes.
pub fn connection(resolve: &Resolve, package: PackageId) -> Result<Type> {
    let interfaces = resolve.interfaces.iter().map(|(_, interface)| interface);
    let mut ours = interfaces.filter(|interface| interface.package == Some(package));
    let connect = ours.find_map(|interface| interface.functions.get(CONNECT));
    let connect = connect.with_context(|| format!("no interface has a function `{CONNECT}`"))?;
    let param = connect.params.first();
    param
        .map(|param| param.ty)
        .with_context(|| format!("`{CONNECT}` takes nothing"))
}

struct Reader<'a> {
    resolve: &'a Resolve,
}

impl Reader<'_> {
    fn group(&self, interface: &Interface) -> Result<Group> {
        let name = interface.name.as_deref().unwrap_or_default();
        let mut signatures = Vec::new();
        for function in interface.functions.values() {
            let docs = Docs::parse(&function.docs);
            let location = self.resolve.render_location(function.span);
            let place = format!("{location}: function `{}`", function.name);
            if docs.tag("effect").is_some() {
                let signature = self.signature(name, function, docs, &place);
                signatures.push(signature.context(place)?);
            } else if function.name != CONNECT {
                bail!("{place}: has no `@effect`: say pure, read or write");
            }
        }
        Ok(Group {
            module: name.to_snake_case(),
            signatures,
        })
    }

    fn signature(
        &self,
        group: &str,
        function: &Function,
        docs: Docs,
        place: &str,
    ) -> Result<Signature> {
        let (ok, returns) = self.outcome(function)?;
        let mut config = None;
        let mut input = Input::None;
        for param in &function.params {
            match param.name.as_str() {
                "connection" => {}
                "config" => config = Some(self.named_type(param.ty)?),
                "input" => input = self.input(&param.ty)?,
                name if RESUMING.contains(&name) => {}
                name => bail!(
                    "parameter `{name}` is not known; known are connection, config, input, {}",
                    RESUMING.join(", ")
                ),
            }
        }
        let connected = function.params.iter().any(|p| p.name == "connection");
        ensure!(
            connected != (docs.tag("effect") == Some("pure")),
            "must take a `connection`, unless its effect is pure"
        );
        let mut connections = function.params.iter().filter(|p| p.name == "connection");
        ensure!(
            connections.all(|p| self.is_connection(&p.ty)),
            "`connection` must be `borrow<connection>`"
        );
        let param = |param: &Param| Ok((param.name.to_snake_case(), self.path(&param.ty)?));
        Ok(Signature {
            operation: format!("{group}/{}", function.name),
            place: place.to_owned(),
            docs,
            function: function.name.to_snake_case(),
            params: function.params.iter().map(param).collect::<Result<_>>()?,
            config,
            input,
            returns,
            ok: self.named_type(ok)?,
        })
    }

    fn is_connection(&self, ty: &Type) -> bool {
        match self.kind(ty) {
            Some(TypeDefKind::Handle(Handle::Borrow(id))) => {
                self.name(&Type::Id(*id)) == Some("connection")
            }
            _ => false,
        }
    }

    fn input(&self, ty: &Type) -> Result<Input> {
        if self.name(ty) == Some("content") {
            return Ok(Input::Required);
        }
        match self.kind(ty) {
            Some(TypeDefKind::Option(inner)) if self.name(inner) == Some("content") => {
                Ok(Input::Optional)
            }
            _ => bail!("`input` must be `content` or `option<content>`"),
        }
    }

    /// The type of a good result, and what it is.
    fn outcome(&self, function: &Function) -> Result<(Type, Returns)> {
        let bad = || anyhow!("must return `result<T, fault>`");
        let result = function.result.as_ref().and_then(|ty| self.kind(ty));
        let Some(TypeDefKind::Result(result)) = result else {
            return Err(bad());
        };
        let fault = result.err.as_ref().and_then(|ty| self.name(ty));
        ensure!(fault == Some("fault"), bad());
        let ok = result.ok.ok_or_else(bad)?;
        let returns = match (self.kind(&ok), self.name(&ok)) {
            (Some(TypeDefKind::Handle(Handle::Own(id))), _) => match self.name(&Type::Id(*id)) {
                Some("source") => Returns::Source,
                Some("sink") => Returns::Sink,
                other => bail!(
                    "returns the resource `{}`; known are source and sink",
                    other.unwrap_or("?")
                ),
            },
            (_, Some("message")) => Returns::Message,
            (_, Some("batch")) => Returns::Batch,
            _ => Returns::Record,
        };
        Ok((ok, returns))
    }

    fn named_type(&self, ty: Type) -> Result<NamedType> {
        let path = self.path(&ty)?;
        Ok(NamedType { ty, path })
    }

    /// Names a type as Rust does.
    fn path(&self, ty: &Type) -> Result<String> {
        match (ty, self.kind(ty)) {
            (Type::String, _) => Ok("String".into()),
            (Type::U32, _) => Ok("u32".into()),
            (_, Some(TypeDefKind::Option(inner))) => Ok(format!("Option<{}>", self.path(inner)?)),
            (_, Some(TypeDefKind::Handle(Handle::Own(id)))) => self.type_path(&Type::Id(*id)),
            (_, Some(TypeDefKind::Handle(Handle::Borrow(id)))) => {
                Ok(format!("{}Borrow<'_>", self.type_path(&Type::Id(*id))?))
            }
            (Type::Id(_), _) => self.type_path(ty),
            _ => bail!("has a type that is not foreseen"),
        }
    }

    /// The path of a named type in the module of the interface that defines it.
    fn type_path(&self, ty: &Type) -> Result<String> {
        let ty = self.def(ty).context("a type is not resolved")?;
        let name = ty.name.as_deref().context("has a type without a name")?;
        let TypeOwner::Interface(owner) = ty.owner else {
            bail!("`{name}` stands in no interface");
        };
        let interface = self.resolve.interfaces.get(owner);
        let interface = interface.context("an interface is not resolved")?;
        let package = interface
            .package
            .and_then(|id| self.resolve.packages.get(id));
        let package = package.context("an interface stands in no package")?;
        Ok(format!(
            "{EXPORTS}::{}::{}::{}::{}",
            package.name.namespace.to_snake_case(),
            package.name.name.to_snake_case(),
            interface
                .name
                .as_deref()
                .unwrap_or_default()
                .to_snake_case(),
            name.to_upper_camel_case()
        ))
    }

    /// The type behind aliases and `use`s.
    fn target(&self, ty: &Type) -> Option<TypeId> {
        let Type::Id(id) = ty else { return None };
        match self.resolve.types.get(*id)?.kind {
            TypeDefKind::Type(inner @ Type::Id(_)) => self.target(&inner),
            _ => Some(*id),
        }
    }

    fn def(&self, ty: &Type) -> Option<&TypeDef> {
        self.resolve.types.get(self.target(ty)?)
    }

    fn name(&self, ty: &Type) -> Option<&str> {
        self.def(ty)?.name.as_deref()
    }

    fn kind(&self, ty: &Type) -> Option<&TypeDefKind> {
        self.def(ty).map(|def| &def.kind)
    }
}
