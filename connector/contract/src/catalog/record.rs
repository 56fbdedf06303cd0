//! From JSON to the generated records: what `serde_json::from_value` does, in a fraction of its code. There are hundreds of records, and
//! serde generates a reader for each with all that its deserializer offers; this one offers what they ask for, and borrows.

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::{Value, map};
use std::fmt;
use std::slice;

/// Why a value is not the record that was asked for.
#[derive(Debug)]
pub struct Unfit(Box<str>);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

impl Error for Unfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string().into())
    }
}

/// A generated record that is read from JSON. The code that reads it lies in this crate, whoever calls it, and so is compiled as small as
/// this crate is.
pub trait FromJson: Sized {
    /// Reads a value as a record.
    ///
    /// # Errors
    /// What does not fit, as serde says it.
    fn from_json(value: &Value) -> Result<Self, Unfit>;
}

macro_rules! from_json {
    ($($record:ty),* $(,)?) => { $(
        impl FromJson for $record {
            #[inline(never)]
            fn from_json(value: &Value) -> Result<Self, Unfit> {
                read(value)
            }
        }
    )* };
}

// Operations that answer with nothing.
from_json!(());

// The configs, the connection and the replies.
include!(concat!(env!("OUT_DIR"), "/records.rs"));

/// Reads a value as whatever serde can read.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Unfit> {
    T::deserialize(Reader(value))
}

/// A value that is read.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a Value);

impl<'a> Reader<'a> {
    #[inline(never)]
    fn unfit(self, wanted: &str) -> Unfit {
        let found = match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(_) => Unexpected::Other("number"),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Unfit::invalid_type(found, &wanted)
    }

    #[inline(never)]
    fn object(self) -> Result<Fields<'a>, Unfit> {
        let Value::Object(object) = self.0 else {
            return Err(self.unfit("an object"));
        };
        Ok(Fields {
            rest: object.iter(),
            value: &Value::Null,
        })
    }

    #[inline(never)]
    fn array(self) -> Result<Items<'a>, Unfit> {
        match self.0 {
            Value::Array(items) => Ok(Items(items.iter())),
            _ => Err(self.unfit("an array")),
        }
    }

    #[inline(never)]
    fn text(self) -> Result<&'a str, Unfit> {
        self.0.as_str().ok_or_else(|| self.unfit("a text"))
    }

    #[inline(never)]
    fn number(self) -> Result<Number, Unfit> {
        let number = match self.0 {
            Value::Number(number) => number,
            _ => return Err(self.unfit("a number")),
        };
        let whole = number.as_u64().map(Number::Positive);
        let whole = whole.or_else(|| number.as_i64().map(Number::Negative));
        let number = whole.or_else(|| number.as_f64().map(Number::Broken));
        number.ok_or_else(|| self.unfit("a number that a computer can hold"))
    }

    /// Takes the name of a case, and what comes with it.
    #[inline(never)]
    fn case(self) -> Result<Case<'a>, Unfit> {
        let (name, payload) = match self.0 {
            Value::String(name) => (name, None),
            Value::Object(object) if object.len() == 1 => match object.iter().next() {
                Some((name, payload)) => (name, Some(payload)),
                None => return Err(self.unfit("a case")),
            },
            _ => return Err(self.unfit("a case")),
        };
        Ok(Case { name, payload })
    }
}

/// A number as serde takes it.
enum Number {
    Positive(u64),
    Negative(i64),
    Broken(f64),
}

/// Implements the ways to ask for a number, which are one.
macro_rules! numbers {
    ($($name:ident)*) => { $(
        fn $name<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
            match self.number()? {
                Number::Positive(number) => visitor.visit_u64(number),
                Number::Negative(number) => visitor.visit_i64(number),
                Number::Broken(number) => visitor.visit_f64(number),
            }
        }
    )* };
}

/// Implements the ways to ask for a text, which are one.
macro_rules! texts {
    ($($name:ident)*) => { $(
        fn $name<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
            visitor.visit_borrowed_str(self.text()?)
        }
    )* };
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = Unfit;

    numbers!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    numbers!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);
    numbers!(deserialize_f32 deserialize_f64);
    texts!(deserialize_char deserialize_str deserialize_string deserialize_identifier);

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(_) => self.deserialize_f64(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) => visitor.visit_seq(self.array()?),
            Value::Object(_) => visitor.visit_map(self.object()?),
        }
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(*value),
            _ => Err(self.unfit("true or false")),
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.array()?)
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.array()?)
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_map(self.object()?)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_map(self.object()?)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_enum(self.case()?)
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    // No generated record asks for these.
    serde::forward_to_deserialize_any! {
        <V: Visitor<'a>>
        i128 u128 bytes byte_buf unit unit_struct newtype_struct tuple_struct
    }
}

/// The members of an object.
struct Fields<'a> {
    rest: map::Iter<'a>,
    /// That of the name which was asked for last.
    value: &'a Value,
}

impl<'a> MapAccess<'a> for Fields<'a> {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unfit> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = value;
        seed.deserialize(name.as_str().into_deserializer())
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Unfit> {
        seed.deserialize(Reader(self.value))
    }
}

/// The items of an array.
struct Items<'a>(slice::Iter<'a, Value>);

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unfit> {
        let next = self.0.next();
        next.map(|item| seed.deserialize(Reader(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// A case of an enum or a variant.
struct Case<'a> {
    name: &'a str,
    payload: Option<&'a Value>,
}

impl<'a> EnumAccess<'a> for Case<'a> {
    type Error = Unfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Unfit> {
        let case = seed.deserialize(self.name.into_deserializer())?;
        Ok((case, self))
    }
}

impl<'a> VariantAccess<'a> for Case<'a> {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        match self.payload {
            None => Ok(()),
            Some(payload) => Err(Reader(payload).unfit("a case without settings")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(Reader(self.payload.unwrap_or(&Value::Null)))
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, _: V) -> Result<V::Value, Unfit> {
        Err(Unfit::custom("no generated variant has several payloads"))
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unfit> {
        Err(Unfit::custom("no generated variant has fields of its own"))
    }
}
