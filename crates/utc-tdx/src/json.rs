//! JSON with one meaning: no object has two members of one name, and nesting is bounded.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::refusal::Refusal;

/// How many arrays and objects may be open at once. The parser's own limit is twice this, so this one is met first.
pub const MAX_DEPTH: usize = 64;

/// Reads one document.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    let too_deep = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict {
        room: MAX_DEPTH,
        too_deep: &too_deep,
    };
    let value = strict.deserialize(&mut deserializer);
    let read = value.and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| {
        if too_deep.get() {
            Refusal::Depth { max: MAX_DEPTH }
        } else {
            Refusal::Json {
                problem: error.to_string(),
            }
        }
    })
}

/// Builds a value, with room for so many levels below.
#[derive(Clone, Copy)]
struct Strict<'a> {
    room: usize,
    too_deep: &'a Cell<bool>,
}

impl Strict<'_> {
    /// What stands inside an array or object.
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        if let Some(room) = self.room.checked_sub(1) {
            return Ok(Self { room, ..self });
        }
        self.too_deep.set(true);
        Err(E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut values = Vec::new();
        while let Some(value) = all.next_element_seed(inside)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut members = Map::new();
        while let Some(name) = all.next_key::<String>()? {
            let value = all.next_value_seed(inside)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("an object has two members of one name"));
            }
        }
        Ok(Value::Object(members))
    }
}
