//! The members of an object, by name, with the place of whatever is wrong.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// An object and where it stands. A member that is `null` is absent.
#[derive(Clone)]
pub(crate) struct Members<'a> {
    map: &'a Map<String, Value>,
    pointer: String,
}

impl<'a> Members<'a> {
    /// `value` must be an object.
    pub(crate) fn of(value: &'a Value, pointer: &str) -> Result<Self, Refusal> {
        let map = value
            .as_object()
            .ok_or_else(|| Refusal::form(pointer, "must be an object"))?;
        Ok(Self {
            map,
            pointer: pointer.to_owned(),
        })
    }

    /// All of them, `null` ones too.
    pub(crate) fn map(&self) -> &'a Map<String, Value> {
        self.map
    }

    /// Whether there is a member of this name, `null` or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// The place of a member.
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }

    pub(crate) fn wrong(&self, name: &str, problem: impl Into<String>) -> Refusal {
        Refusal::form(&self.at(name), problem)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    fn required<T>(&self, name: &str, found: Option<T>) -> Result<T, Refusal> {
        found.ok_or_else(|| self.wrong(name, "is missing"))
    }

    pub(crate) fn value(&self, name: &str) -> Result<&'a Value, Refusal> {
        self.required(name, self.get(name))
    }

    pub(crate) fn text(&self, name: &str) -> Result<&'a str, Refusal> {
        self.required(name, self.optional_text(name)?)
    }

    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let text = |value: &'a Value| {
            let found = value.as_str();
            found.ok_or_else(|| self.wrong(name, "must be text"))
        };
        self.get(name).map(text).transpose()
    }

    pub(crate) fn number(&self, name: &str) -> Result<f64, Refusal> {
        self.required(name, self.optional_number(name)?)
    }

    pub(crate) fn optional_number(&self, name: &str) -> Result<Option<f64>, Refusal> {
        let number = |value: &'a Value| {
            let found = value.as_f64();
            found.ok_or_else(|| self.wrong(name, "must be a number"))
        };
        self.get(name).map(number).transpose()
    }

    pub(crate) fn array(&self, name: &str) -> Result<&'a [Value], Refusal> {
        let found = self.value(name)?.as_array();
        let found = found.ok_or_else(|| self.wrong(name, "must be an array"))?;
        Ok(found.as_slice())
    }

    pub(crate) fn object(&self, name: &str) -> Result<Members<'a>, Refusal> {
        Self::of(self.value(name)?, &self.at(name))
    }

    pub(crate) fn optional_object(&self, name: &str) -> Result<Option<Members<'a>>, Refusal> {
        let object = |value| Self::of(value, &self.at(name));
        self.get(name).map(object).transpose()
    }

    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, Refusal> {
        self.required(name, self.optional_parsed(name)?)
    }

    pub(crate) fn optional_parsed<T: FromStr<Err: Display>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, Refusal> {
        let parse = |text: &str| {
            let parsed = text.parse();
            parsed.map_err(|error: T::Err| self.wrong(name, error.to_string()))
        };
        self.optional_text(name)?.map(parse).transpose()
    }
}
