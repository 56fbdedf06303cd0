//! WIT types -> what a value may be. A type that has no plain JSON form fails the build.

use std::collections::HashMap;
use std::rc::Rc;

use anyhow::{Context, Result, bail, ensure};
use heck::ToLowerCamelCase;
use wit_parser::{
    Docs as WitDocs, Field as WitField, Resolve, Span, Type, TypeDef, TypeDefKind, TypeId,
    TypeOwner,
};

use crate::docs::Docs;
use crate::marks::Marks;
use crate::model::{Case, Enum, Field, Kind, Length, Presence, Record, Variant};

/// The alias that stands for any JSON value, carried as text.
const JSON_ALIAS: &str = "json";

/// Reads types, each named one once.
pub struct Shapes<'a> {
    resolve: &'a Resolve,
    known: HashMap<TypeId, Kind>,
}

impl<'a> Shapes<'a> {
    pub fn new(resolve: &'a Resolve) -> Shapes<'a> {
        Shapes {
            resolve,
            known: HashMap::new(),
        }
    }

    /// What a value of this type may be.
    pub fn kind(&mut self, ty: &Type) -> Result<Kind> {
        Ok(match ty {
            Type::Bool => Kind::Bool,
            Type::U8 => Kind::Whole {
                min: 0,
                max: u8::MAX.into(),
            },
            Type::U16 => Kind::Whole {
                min: 0,
                max: u16::MAX.into(),
            },
            Type::U32 => Kind::Whole {
                min: 0,
                max: u32::MAX.into(),
            },
            Type::U64 => Kind::Whole {
                min: 0,
                max: u64::MAX.into(),
            },
            Type::S8 => Kind::Whole {
                min: i8::MIN.into(),
                max: i8::MAX.into(),
            },
            Type::S16 => Kind::Whole {
                min: i16::MIN.into(),
                max: i16::MAX.into(),
            },
            Type::S32 => Kind::Whole {
                min: i32::MIN.into(),
                max: i32::MAX.into(),
            },
            Type::S64 => Kind::Whole {
                min: i64::MIN.into(),
                max: i64::MAX.into(),
            },
            Type::F64 => Kind::Number,
            Type::String => Kind::Text {
                length: Length::default(),
                uri: false,
                secret: false,
            },
            Type::Id(id) => self.by_id(*id)?,
            Type::F32 | Type::Char | Type::ErrorContext => {
                bail!("type {ty:?} has no exact JSON form: use f64 or string")
            }
        })
    }

    fn by_id(&mut self, id: TypeId) -> Result<Kind> {
        if let Some(kind) = self.known.get(&id) {
            return Ok(kind.clone());
        }
        let def = self.def(id)?;
        let kind = self.by_def(def)?;
        self.known.insert(id, kind.clone());
        Ok(kind)
    }

    fn by_def(&mut self, def: &'a TypeDef) -> Result<Kind> {
        match &def.kind {
            TypeDefKind::Type(Type::String) if def.name.as_deref() == Some(JSON_ALIAS) => {
                Ok(Kind::Json)
            }
            TypeDefKind::Type(inner) => {
                let kind = self.kind(inner)?;
                self.marked(kind, &def.docs, def.span)
            }
            TypeDefKind::List(inner) => {
                let kind = self.list(inner)?;
                self.marked(kind, &def.docs, def.span)
            }
            TypeDefKind::Record(record) => self.record(def, &record.fields),
            TypeDefKind::Enum(choice) => {
                let cases = choice
                    .cases
                    .iter()
                    .map(|c| (c.name.clone(), Docs::parse(&c.docs).text))
                    .collect();
                Ok(Kind::Enum(Rc::new(Enum {
                    id: self.name(def),
                    docs: Docs::parse(&def.docs).text,
                    cases,
                })))
            }
            TypeDefKind::Variant(variant) => self.variant(def, &variant.cases),
            TypeDefKind::Option(_) => bail!("an option is for a field of a record only"),
            other => bail!("a {} has no JSON form here", other.as_str()),
        }
    }

    /// Narrows a kind by the `@` lines that stand at its name.
    fn marked(&self, kind: Kind, docs: &WitDocs, span: Span) -> Result<Kind> {
        let marks = Marks::read(&Docs::parse(docs)).and_then(|marks| marks.narrow(kind));
        marks.with_context(|| self.resolve.render_location(span))
    }

    fn list(&mut self, inner: &Type) -> Result<Kind> {
        ensure!(
            *inner != Type::U8,
            "bytes have no place in JSON: take them as input, or as text"
        );
        let length = Length::default();
        Ok(match self.pair(inner)? {
            Some(value) => Kind::Map {
                values: Box::new(self.kind(&value)?),
                length,
            },
            None => Kind::List {
                items: Box::new(self.kind(inner)?),
                length,
            },
        })
    }

    /// The second type of a `tuple<string, T>`.
    fn pair(&self, ty: &Type) -> Result<Option<Type>> {
        let Type::Id(id) = ty else { return Ok(None) };
        Ok(match &self.def(*id)?.kind {
            TypeDefKind::Tuple(tuple) => match tuple.types.as_slice() {
                [Type::String, value] => Some(*value),
                _ => None,
            },
            _ => None,
        })
    }

    fn record(&mut self, def: &'a TypeDef, fields: &'a [WitField]) -> Result<Kind> {
        let docs = Docs::parse(&def.docs);
        let upstream = docs.tag("upstream").is_some();
        let fields = fields.iter().map(|field| {
            let place = || {
                format!(
                    "{}: field `{}`",
                    self.resolve.render_location(field.span),
                    field.name
                )
            };
            let place = place();
            self.field(field, upstream).context(place)
        });
        let fields = fields.collect::<Result<Vec<_>>>()?;
        let plain = Record {
            id: self.name(def),
            docs: docs.text.clone(),
            examples: Vec::new(),
            upstream,
            fields,
        };
        let marks = Marks::read(&docs).and_then(|marks| marks.examples(&Kind::Json));
        let examples = marks.with_context(|| self.resolve.render_location(def.span))?;
        Ok(Kind::Record(Rc::new(Record { examples, ..plain })))
    }

    fn field(&mut self, field: &WitField, upstream: bool) -> Result<Field> {
        let docs = Docs::parse(&field.docs);
        let marks = Marks::read(&docs)?;
        let inner = self.option(&field.ty)?;
        let kind = self.kind(&inner.unwrap_or(field.ty))?;
        let kind = marks.narrow(kind)?;
        let presence = match marks.default_json(&kind)? {
            Some(default) => Presence::Default(default),
            None if inner.is_some() => Presence::Optional,
            None => implied(&kind),
        };
        let examples = marks.examples(&kind)?;
        let domains = marks.domains(&kind)?;
        let member = docs.tag("member").map(str::to_owned);
        ensure!(
            upstream || member.is_none(),
            "`@member` is for fields of records with `@upstream`"
        );
        let name = match upstream {
            true => member.unwrap_or_else(|| field.name.to_lower_camel_case()),
            false => field.name.clone(),
        };
        Ok(Field {
            wit: field.name.clone(),
            name,
            docs: docs.text,
            kind,
            presence,
            examples,
            domains,
        })
    }

    fn option(&self, ty: &Type) -> Result<Option<Type>> {
        let Type::Id(id) = ty else { return Ok(None) };
        Ok(match self.def(*id)?.kind {
            TypeDefKind::Option(inner) => Some(inner),
            _ => None,
        })
    }

    fn variant(&mut self, def: &TypeDef, cases: &[wit_parser::Case]) -> Result<Kind> {
        let cases = cases.iter().map(|case| {
            let place = format!(
                "{}: case `{}`",
                self.resolve.render_location(case.span),
                case.name
            );
            let payload = case
                .ty
                .as_ref()
                .map(|ty| self.kind(ty))
                .transpose()
                .context(place)?;
            Ok(Case {
                name: case.name.clone(),
                docs: Docs::parse(&case.docs).text,
                payload,
            })
        });
        let cases = cases.collect::<Result<Vec<_>>>()?;
        Ok(Kind::Variant(Rc::new(Variant {
            id: self.name(def),
            docs: Docs::parse(&def.docs).text,
            cases,
        })))
    }

    /// `interface.type`.
    fn name(&self, def: &TypeDef) -> String {
        let interface = match def.owner {
            TypeOwner::Interface(id) => self
                .resolve
                .interfaces
                .get(id)
                .and_then(|i| i.name.as_deref()),
            TypeOwner::World(_) | TypeOwner::None => None,
        };
        format!(
            "{}.{}",
            interface.unwrap_or("world"),
            def.name.as_deref().unwrap_or("unnamed")
        )
    }

    fn def(&self, id: TypeId) -> Result<&'a TypeDef> {
        self.resolve
            .types
            .get(id)
            .context("a type of the WIT is not resolved")
    }
}

/// What stands in for a field that is no option and has no `@default`.
fn implied(kind: &Kind) -> Presence {
    match kind {
        Kind::Bool => Presence::Default("false".to_owned()),
        Kind::List { length, .. } if length.holds(0) => Presence::Default("[]".to_owned()),
        Kind::Map { length, .. } if length.holds(0) => Presence::Default("{}".to_owned()),
        _ => Presence::Required,
    }
}
