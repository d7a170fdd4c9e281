//! The fields of a unit's configuration as texts, and back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::str::FromStr;

use serde::Serialize;
use utc_app::{Access, AppError, FieldError, MethodOverride, UnitConfig};

use crate::console::Entries;

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
        let mut read = Read(Vec::new());
        let mut config = UnitConfig::unconfigured();
        config.upstream = Some(self.upstream.clone()).filter(|upstream| !upstream.is_empty());
        config.capacity_per_hour = read.optional("capacity_per_hour", &self.capacity_per_hour);
        read.set("servers", &self.servers, &mut config.servers);
        read.set("criticality", &self.criticality, &mut config.criticality);
        read.set(
            "approvals_required",
            &self.approvals_required,
            &mut config.approvals_required,
        );
        read.set("mode", &self.mode, &mut config.mode);
        config.thresholds.low = read.optional("low", &self.low);
        config.thresholds.high = read.optional("high", &self.high);
        config.thresholds.relax_below = read.optional("relax_below", &self.relax_below);
        config.thresholds.relax_window_minutes =
            read.optional("relax_window_minutes", &self.relax_window_minutes);
        config.controller = read.optional("controller", &self.controller);
        config.labels = read.lines("labels", &self.labels, label);
        config.methods = read.lines("methods", &self.methods, method);
        for alias in self.aliases.split_whitespace() {
            config.aliases.extend(read.one("aliases", alias));
        }
        read.0.extend(config.problems());
        if read.0.is_empty() {
            Ok(config)
        } else {
            Err(AppError::Invalid(read.0))
        }
    }
}

/// Reads texts, and collects what is wrong.
struct Read(Vec<FieldError>);

impl Read {
    fn one<T: FromStr>(&mut self, field: &str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let error: T::Err = error;
                let wrong = FieldError::new(format!("/{field}"), error.to_string());
                self.0.push(wrong);
                None
            }
        }
    }

    /// What each line says; lines with nothing on them say nothing.
    fn lines<T, C>(
        &mut self,
        field: &str,
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
                    let wrong = format!("`{}`: {wrong}", line.escape_default());
                    self.0.push(FieldError::new(format!("/{field}"), wrong));
                }
            }
        }
        all
    }

    fn optional<T: FromStr>(&mut self, field: &str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        if text.is_empty() {
            None
        } else {
            self.one(field, text)
        }
    }

    fn set<T: FromStr>(&mut self, field: &str, text: &str, place: &mut T)
    where
        T::Err: std::fmt::Display,
    {
        if let Some(value) = self.one(field, text) {
            *place = value;
        }
    }
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
