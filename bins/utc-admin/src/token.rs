//! `utc-admin token …`

use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::{Value, json};
use utc_app::{Console, NewToken, Standing, SystemClock, TokenView};
use utc_domain::{Clock as _, Pattern, Role, Roles, Scope, TokenName, UserName};

use crate::context::{Context, note, print};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make an API token and print it, once.
    Create {
        /// What people call it; no other token in use may be called so.
        name: TokenName,
        /// `viewer`, `auditor`, `decider`, `signal`, `approver`, `operator`, `admin`.
        #[arg(long, num_args = 1.., required = true, value_delimiter = ',')]
        role: Vec<Role>,
        /// Patterns of subjects it may speak for, as `agent-*`; needed with `decider`, `**` for all.
        #[arg(long, num_args = 1..)]
        subject: Vec<Pattern>,
        /// Patterns of units on which the roles hold; without any, every unit.
        #[arg(long, num_args = 1..)]
        unit: Vec<Pattern>,
        /// The person it belongs to.
        #[arg(long)]
        owner: Option<UserName>,
        /// After how long it is not accepted any more: `90m`, `12h`, `30d`, `8w`.
        #[arg(long)]
        expires: Option<Span>,
    },
    /// Every token, without its secret.
    List,
    /// Revoke a token for ever.
    Revoke {
        /// Its name or its id.
        token: String,
    },
    /// Accept tokens again that were suspended when the database was restored.
    Resume {
        /// Their names or ids.
        #[arg(required_unless_present = "all")]
        token: Vec<String>,
        /// Every suspended token.
        #[arg(long)]
        all: bool,
    },
}

/// A length of time: a number and `s`, `m`, `h`, `d` or `w`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    seconds: i64,
}

impl FromStr for Span {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let units = [
            ("s", 1),
            ("m", 60),
            ("h", 3_600),
            ("d", 86_400),
            ("w", 604_800),
        ];
        let found = units
            .into_iter()
            .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
        let span = found.and_then(|(digits, unit)| digits.parse::<u32>().ok().map(|n| (n, unit)));
        match span {
            Some((number @ 1.., unit)) => Ok(Self {
                seconds: i64::from(number) * unit,
            }),
            Some((0, _)) | None => {
                bail!("must be a number and `s`, `m`, `h`, `d` or `w`, as `30d`")
            }
        }
    }
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    let console = context.console()?;
    match command {
        Command::Create {
            name,
            role,
            subject,
            unit,
            owner,
            expires,
        } => {
            let new = NewToken {
                name,
                roles: Roles::new(role).context("--role")?,
                subjects: Scope::of(subject).context("--subject")?,
                units: Scope::of(unit).context("--unit")?,
                owner,
                expires_at: expires.map(|span| SystemClock.now().plus_seconds(span.seconds)),
            };
            create(context, &console, new)?;
        }
        Command::List => list(context, &console)?,
        Command::Revoke { token } => {
            let id = console.find_token(&token)?;
            let revoked = console.revoke_token(Context::actor()?, id).wait()?;
            let receipt = revoked.receipt_id.to_string();
            let value = json!({ "id": id.to_string(), "receipt_id": receipt });
            context.say(&value, &format!("{id} is revoked (receipt {receipt})"));
        }
        Command::Resume { token, all } => resume(context, &console, &token, all)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The token alone goes to standard output, so that a script can keep it.
fn create(context: &Context, console: &Console, new: NewToken) -> anyhow::Result<()> {
    let created = console
        .create_token(Context::actor()?, new)
        .wait()
        .map_err(explained)?;
    let receipt = created.receipt_id.to_string();
    if !context.json() {
        print(&created.token);
        note(&format!(
            "This is `{}`, shown once: keep it now (receipt {receipt})",
            created.view.name
        ));
        return Ok(());
    }
    let mut value = value(&created.view);
    if let Some(members) = value.as_object_mut() {
        members.insert("token".to_owned(), json!(created.token.as_str()));
        members.insert("receipt_id".to_owned(), json!(receipt));
    }
    context.say(&value, "");
    Ok(())
}

/// What is wrong with the arguments, in words: the error itself names members of the API.
fn explained(error: utc_app::AppError) -> anyhow::Error {
    match error {
        utc_app::AppError::Invalid(fields) => {
            let texts: Vec<String> = fields
                .iter()
                .map(|field| match field.pointer.as_str() {
                    "/subjects" => format!("--subject {}", field.message),
                    "/expires_at" => format!("--expires {}", field.message),
                    pointer => format!("{pointer} {}", field.message),
                })
                .collect();
            anyhow::anyhow!(texts.join("; "))
        }
        other => other.into(),
    }
}

fn resume(context: &Context, console: &Console, names: &[String], all: bool) -> anyhow::Result<()> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(console.find_token(name)?);
    }
    if all {
        let tokens = console.tokens()?.into_iter();
        ids.extend(
            tokens
                .filter(|token| token.standing == Standing::Suspended)
                .map(|token| token.id),
        );
    }
    let mut resumed = Vec::new();
    for id in ids {
        console.resume_token(Context::actor()?, id).wait()?;
        resumed.push(id.to_string());
    }
    let text = format!("{} tokens are accepted again", resumed.len());
    context.say(&json!({ "resumed": resumed }), &text);
    Ok(())
}

fn list(context: &Context, console: &Console) -> anyhow::Result<()> {
    let tokens = console.tokens()?;
    let values: Vec<Value> = tokens.iter().map(value).collect();
    let lines: Vec<String> = tokens.iter().map(line).collect();
    context.say(&json!(values), &lines.join("\n"));
    Ok(())
}

fn line(token: &TokenView) -> String {
    let used = token
        .last_used_at
        .map_or_else(|| "never used".to_owned(), |at| format!("used {at}"));
    format!(
        "{}  {:<9} {:<24} {:<24} {used}",
        token.id,
        token.standing.as_str(),
        token.name.as_str(),
        token.roles.to_string()
    )
}

fn value(token: &TokenView) -> Value {
    let patterns = |scope: &Scope| -> Vec<String> {
        scope.patterns().iter().map(ToString::to_string).collect()
    };
    json!({
        "id": token.id.to_string(),
        "name": token.name.as_str(),
        "roles": token.roles.iter().map(Role::as_str).collect::<Vec<_>>(),
        "subjects": patterns(&token.subjects),
        "units": patterns(&token.units),
        "owner": token.owner.as_ref().map(ToString::to_string),
        "state": token.standing.as_str(),
        "created_at": token.created_at.to_string(),
        "created_by": token.created_by,
        "expires_at": token.expires_at.map(|at| at.to_string()),
        "last_used_at": token.last_used_at.map(|at| at.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_number_and_a_unit() {
        let seconds = |text: &str| text.parse::<Span>().ok().map(|span| span.seconds);
        assert_eq!(seconds("90m"), Some(5_400));
        assert_eq!(seconds("30d"), Some(2_592_000));
        assert_eq!(seconds("1w"), Some(604_800));
        for text in ["", "d", "0d", "-1d", "1.5h", "30", "30 d", "99999999999d"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
