//! The exports of the typed interfaces as the text of a macro: each hands its records on to functions of whoever exports them.

use anyhow::{Context, Result, bail};
use heck::{ToSnakeCase, ToUpperCamelCase};
use wit_parser::{
    Function, Handle, Interface, PackageId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId,
    WorldItem,
};

/// Where wit-bindgen puts what the component exports.
const EXPORTS: &str = "$crate::bindings::exports";

/// Writes an implementation of `Guest` for each exported interface that has operations.
pub fn rust(resolve: &Resolve, world: WorldId, package: PackageId) -> Result<String> {
    let world = resolve
        .worlds
        .get(world)
        .context("the world is not resolved")?;
    let mut text = String::new();
    for item in world.exports.values() {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let interface = resolve
            .interfaces
            .get(*id)
            .context("an interface is not resolved")?;
        if interface.package == Some(package) && !interface.functions.is_empty() {
            text.push_str(&guest(resolve, interface)?);
        }
    }
    Ok(format!(
        "/// Implements the typed interfaces for `Component`: each hands its records to a function of whoever exports them.\n\
         #[macro_export]\nmacro_rules! typed_exports {{ () => {{\n{text}}}; }}\n"
    ))
}

fn guest(resolve: &Resolve, interface: &Interface) -> Result<String> {
    let group = interface.name.as_deref().unwrap_or_default();
    let writer = Writer { resolve };
    let functions = interface.functions.values().map(|function| {
        let place = || format!("{group}/{}", function.name);
        writer.function(group, function).with_context(place)
    });
    let functions: Vec<String> = functions.collect::<Result<_>>()?;
    Ok(format!(
        "impl {EXPORTS}::salesforce::connector::{}::Guest for Component {{\n{}}}\n",
        group.to_snake_case(),
        functions.concat()
    ))
}

struct Writer<'a> {
    resolve: &'a Resolve,
}

impl Writer<'_> {
    fn function(&self, group: &str, function: &Function) -> Result<String> {
        let (ok, way) = self.outcome(function)?;
        let mut params = String::new();
        for param in &function.params {
            let ty = self.path(&param.ty)?;
            params.push_str(&format!("{}: {ty}, ", param.name.to_snake_case()));
        }
        let has = |name: &str| function.params.iter().any(|param| param.name == name);
        let config = if has("config") { "&config" } else { "&()" };
        let rest = match way {
            "sink" => ", journal",
            "poll" => ", checkpoint, wait_ms",
            _ if !has("input") => ", None",
            _ if self.is_option(function, "input") => ", input",
            _ => ", Some(input)",
        };
        let name = format!("{group}/{}", function.name);
        Ok(format!(
            "    fn {}({params}) -> Result<{ok}, {EXPORTS}::mediation::connector::types::Fault> {{\n        \
             {way}({name:?}, &connection, {config}{rest})\n    }}\n",
            function.name.to_snake_case()
        ))
    }

    /// The type of a good result, and the function by which it is had.
    fn outcome(&self, function: &Function) -> Result<(String, &'static str)> {
        let result = function.result.as_ref().and_then(|ty| self.kind(ty));
        let Some(TypeDefKind::Result(result)) = result else {
            bail!("must return `result<T, fault>`");
        };
        let ok = result.ok.as_ref().context("must return a value")?;
        let path = self.path(ok)?;
        let way = match path.rsplit("::").next().unwrap_or_default() {
            "Message" => "message",
            "Source" => "source",
            "Sink" => "sink",
            "Batch" => "poll",
            _ => "reply",
        };
        Ok((path, way))
    }

    fn is_option(&self, function: &Function, name: &str) -> bool {
        let param = function.params.iter().find(|param| param.name == name);
        param.is_some_and(|param| matches!(self.kind(&param.ty), Some(TypeDefKind::Option(_))))
    }

    /// A type as Rust names it.
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
