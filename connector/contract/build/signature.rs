//! Functions of the exported interfaces as Rust names them and their types.

use anyhow::{Context, Result, bail};
use heck::{ToSnakeCase, ToUpperCamelCase};
use wit_parser::{
    Function, Handle, Interface, PackageId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId,
    WorldItem,
};

use crate::docs::Docs;
use crate::model::Input;

/// Where wit-bindgen puts what the component exports.
pub const EXPORTS: &str = "$crate::bindings::exports";

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
    /// The name of the function, in Rust's letters.
    pub function: String,
    /// Names and types of the parameters.
    pub params: Vec<(String, String)>,
    /// The type of the config, where there is one.
    pub config: Option<String>,
    pub input: Input,
    pub returns: Returns,
    /// The type of a good result.
    pub ok: String,
    /// Whether it sends nothing.
    pub is_pure: bool,
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
        if interface.package == Some(package) && !interface.functions.is_empty() {
            groups.push(reader.group(interface)?);
        }
    }
    Ok(groups)
}

struct Reader<'a> {
    resolve: &'a Resolve,
}

impl Reader<'_> {
    fn group(&self, interface: &Interface) -> Result<Group> {
        let name = interface.name.as_deref().unwrap_or_default();
        let signatures = interface.functions.values().map(|function| {
            let operation = format!("{name}/{}", function.name);
            self.signature(&operation, function)
                .with_context(|| operation.clone())
        });
        Ok(Group {
            module: name.to_snake_case(),
            signatures: signatures.collect::<Result<_>>()?,
        })
    }

    fn signature(&self, operation: &str, function: &Function) -> Result<Signature> {
        let (ok, returns) = self.outcome(function)?;
        let mut params = Vec::new();
        let mut config = None;
        let mut input = Input::None;
        for param in &function.params {
            let ty = self.path(&param.ty)?;
            match param.name.as_str() {
                "config" => config = Some(ty.clone()),
                "input" if self.is_option(&param.ty) => input = Input::Optional,
                "input" => input = Input::Required,
                _ => {}
            }
            params.push((param.name.to_snake_case(), ty));
        }
        Ok(Signature {
            operation: operation.to_owned(),
            function: function.name.to_snake_case(),
            params,
            config,
            input,
            returns,
            ok,
            is_pure: Docs::parse(&function.docs).tag("effect") == Some("pure"),
        })
    }

    fn outcome(&self, function: &Function) -> Result<(String, Returns)> {
        let result = function.result.as_ref().and_then(|ty| self.kind(ty));
        let Some(TypeDefKind::Result(result)) = result else {
            bail!("must return `result<T, fault>`");
        };
        let ok = result.ok.as_ref().context("must return a value")?;
        let path = self.path(ok)?;
        let returns = match path.rsplit("::").next().unwrap_or_default() {
            "Message" => Returns::Message,
            "Source" => Returns::Source,
            "Sink" => Returns::Sink,
            "Batch" => Returns::Batch,
            _ => Returns::Record,
        };
        Ok((path, returns))
    }

    fn is_option(&self, ty: &Type) -> bool {
        matches!(self.kind(ty), Some(TypeDefKind::Option(_)))
    }

    /// Names a type as Rust does.
    fn path(&self, ty: &Type) -> Result<String> {
        match (ty, self.kind(ty)) {
            (Type::String, _) => Ok("String".into()),
            (Type::U32, _) => Ok("u32".into()),
            (_, Some(TypeDefKind::Option(inner))) => Ok(format!("Option<{}>", self.path(inner)?)),
            (_, Some(TypeDefKind::Handle(Handle::Own(id)))) => self.named(*id),
            (Type::Id(id), _) => self.named(*id),
            _ => bail!("has a type that is not foreseen"),
        }
    }

    /// The path of a named type in the module of the interface that defines it.
    fn named(&self, id: TypeId) -> Result<String> {
        let id = self.target(id);
        let ty = self
            .resolve
            .types
            .get(id)
            .context("a type is not resolved")?;
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
    fn target(&self, id: TypeId) -> TypeId {
        match self.resolve.types.get(id).map(|def| &def.kind) {
            Some(TypeDefKind::Type(Type::Id(inner))) => self.target(*inner),
            _ => id,
        }
    }

    fn kind(&self, ty: &Type) -> Option<&TypeDefKind> {
        let Type::Id(id) = ty else { return None };
        self.resolve
            .types
            .get(self.target(*id))
            .map(|def| &def.kind)
    }
}
