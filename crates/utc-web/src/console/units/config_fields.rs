//! The fields of a unit's configuration as texts, and back.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::str::FromStr;

use serde::Serialize;
use utc_app::{Access, AppError, MethodOverride, UnitConfig};

use crate::console::Entries;
use crate::wire::parts::Fields;

/// The fields as texts, in the form.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ConfigFields {
    upstream: String,
    capacity_per_hour: String,
    servers: String,
    aliases: String,
    criticality: String,
    approvals_required: String,
    mode: String,
    low: String,
    high: String,
    relax_below: String,
    relax_window_minutes: String,
    controller: String,
    /// A line for each: `key = value`.
    labels: String,
    /// A line for each: `read POST /search`.
    methods: String,
}

impl ConfigFields {
    pub(super) fn of(config: &UnitConfig) -> Self {
        let number =
            |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let aliases: Vec<String> = config.aliases.iter().map(ToString::to_string).collect();
        Self {
            upstream: config.upstream.clone().unwrap_or_default(),
            capacity_per_hour: number(config.capacity_per_hour),
            servers: config.servers.to_string(),
            aliases: aliases.join(" "),
            criticality: config.criticality.to_string(),
            approvals_required: config.approvals_required.to_string(),
            mode: config.mode.to_string(),
            low: number(config.thresholds.low),
            high: number(config.thresholds.high),
            relax_below: number(config.thresholds.relax_below),
            relax_window_minutes: config
                .thresholds
                .relax_window_minutes
                .map(|minutes| minutes.to_string())
                .unwrap_or_default(),
            controller: config
                .controller
                .map(|own| own.to_string())
                .unwrap_or_default(),
            labels: label_lines(&config.labels),
            methods: method_lines(&config.methods),
        }
    }

    pub(super) fn from_form(form: &Entries) -> Self {
        Self {
            upstream: form.text("upstream"),
            capacity_per_hour: form.text("capacity_per_hour"),
            servers: form.text("servers"),
            aliases: form.words("aliases").join(" "),
            criticality: form.text("criticality"),
            approvals_required: form.text("approvals_required"),
            mode: form.text("mode"),
            low: form.text("low"),
            high: form.text("high"),
            relax_below: form.text("relax_below"),
            relax_window_minutes: form.text("relax_window_minutes"),
            controller: form.text("controller"),
            labels: form.text("labels"),
            methods: form.text("methods"),
        }
    }

    /// The configuration that they say; everything that is wrong is told at once.
    pub(super) fn read(&self) -> Result<UnitConfig, AppError> {
        let mut fields = Fields::default();
        let mut config = UnitConfig::unconfigured();
        config.upstream = said(&self.upstream).map(str::to_owned);
        config.capacity_per_hour =
            fields.read_optional("/capacity_per_hour", said(&self.capacity_per_hour));
        set(&mut fields, "/servers", &self.servers, &mut config.servers);
        let (criticality, people) = (&mut config.criticality, &mut config.approvals_required);
        set(&mut fields, "/criticality", &self.criticality, criticality);
        set(
            &mut fields,
            "/approvals_required",
            &self.approvals_required,
            people,
        );
        set(&mut fields, "/mode", &self.mode, &mut config.mode);
        let thresholds = &mut config.thresholds;
        thresholds.low = fields.read_optional("/low", said(&self.low));
        thresholds.high = fields.read_optional("/high", said(&self.high));
        thresholds.relax_below = fields.read_optional("/relax_below", said(&self.relax_below));
        thresholds.relax_window_minutes =
            fields.read_optional("/relax_window_minutes", said(&self.relax_window_minutes));
        config.controller = fields.read_optional("/controller", said(&self.controller));
        config.labels = lines(&mut fields, "/labels", &self.labels, label);
        config.methods = lines(&mut fields, "/methods", &self.methods, method);
        for alias in self.aliases.split_whitespace() {
            config.aliases.extend(fields.read("/aliases", alias));
        }
        let mut wrong = fields.into_errors();
        wrong.extend(config.problems());
        if wrong.is_empty() {
            Ok(config)
        } else {
            Err(AppError::Invalid(wrong))
        }
    }
}

/// What is said; nothing where the field is empty.
fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Reads a member that must be there into its place.
fn set<T: FromStr>(fields: &mut Fields, pointer: &str, text: &str, place: &mut T)
where
    T::Err: Display,
{
    if let Some(value) = fields.read(pointer, text) {
        *place = value;
    }
}

/// What each line says; lines with nothing on them say nothing.
fn lines<T, C>(
    fields: &mut Fields,
    pointer: &str,
    text: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> C
where
    C: Default + Extend<T>,
{
    let mut all = C::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match read(line) {
            Ok(one) => all.extend([one]),
            Err(wrong) => {
                fields.error(pointer, format!("`{}`: {wrong}", line.escape_default()));
            }
        }
    }
    all
}

fn label_lines(labels: &BTreeMap<String, String>) -> String {
    labels
        .iter()
        .fold(String::new(), |mut lines, (key, value)| {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{key} = {value}");
            lines
        })
}

fn label(line: &str) -> Result<(String, String), String> {
    let (key, value) = line.split_once('=').ok_or("must be `key = value`")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

fn method_lines(methods: &[MethodOverride]) -> String {
    methods.iter().fold(String::new(), |mut lines, own| {
        let access = match own.access {
            Access::Read => "read",
            Access::Write => "write",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{access} {} {}", own.method, own.path);
        lines
    })
}

fn method(line: &str) -> Result<MethodOverride, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (access, method, path) = match words[..] {
        ["read", method, path] => (Access::Read, method, path),
        ["write", method, path] => (Access::Write, method, path),
        _ => return Err("must be `read` or `write`, a method and a path".to_owned()),
    };
    Ok(MethodOverride {
        method: method.to_owned(),
        path: path.to_owned(),
        access,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_overrides_read_as_they_were_written() {
        let labels = BTreeMap::from([("team".to_owned(), "a = b".to_owned())]);
        let methods = vec![MethodOverride {
            method: "POST".to_owned(),
            path: "/search".to_owned(),
            access: Access::Read,
        }];
        let config = UnitConfig {
            labels,
            methods,
            ..UnitConfig::unconfigured()
        };
        assert_eq!(ConfigFields::of(&config).read().unwrap(), config);
    }

    #[test]
    fn every_line_that_says_nothing_is_named() {
        let mut fields = ConfigFields::of(&UnitConfig::unconfigured());
        fields.labels = "team\n\nzone = eu".to_owned();
        fields.methods = "reads GET /\nread get /x".to_owned();
        let AppError::Invalid(wrong) = fields.read().unwrap_err() else {
            panic!("it is not taken");
        };
        let pointers: Vec<&str> = wrong.iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(pointers, ["/labels", "/methods", "/methods"]);
    }
}
