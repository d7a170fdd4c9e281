//! The secrets that sign and check receipts.

use secrecy::{ExposeSecret, SecretString};

use crate::print::masked;
use crate::reader::{Noted, Reader};
use crate::{AppEnv, Problem, Refused, Variable};

const CURRENT: Variable = Variable::new(
    "HMAC_SECRET",
    "",
    "Signs receipts: at least 32 characters; production needs one, as from `openssl rand -base64 48`.",
    |c| masked(c.keys.hmac_secret.is_some()),
)
.secret();
const PREVIOUS: Variable = Variable::new(
    "HMAC_SECRET_PREVIOUS",
    "",
    "Earlier secrets, with commas, which still check receipts and sign none.",
    |c| masked(!c.keys.hmac_secret_previous.is_empty()),
)
.secret();
const NEXT: Variable = Variable::new(
    "HMAC_SECRET_NEXT",
    "",
    "The secret to change to: it checks receipts and signs none until the change is made.",
    |c| masked(c.keys.hmac_secret_next.is_some()),
)
.secret();

pub(crate) const VARIABLES: &[Variable] = &[CURRENT, PREVIOUS, NEXT];

/// The fewest characters a secret may have: HS256 wants a key as long as its digest (RFC 7518, 3.2).
const MIN_CHARACTERS: usize = 32;

/// How secrets begin that were copied from an example.
const WELL_KNOWN: [&str; 6] = [
    "change-me",
    "change_me",
    "changeme",
    "secret",
    "your-secret",
    "password",
];

/// The secrets that sign and check receipts. The key is the UTF-8 bytes of the secret.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Signs and checks; always there in production.
    pub hmac_secret: Option<SecretString>,
    /// Check only.
    pub hmac_secret_previous: Vec<SecretString>,
    /// Checks only, until the change to it is made.
    pub hmac_secret_next: Option<SecretString>,
}

impl Keys {
    pub(crate) fn from_env(reader: &mut Reader<'_>, env: AppEnv) -> Result<Self, Noted> {
        let current = read(reader, &CURRENT, env);
        let previous = read_list(reader, &PREVIOUS, env);
        let next = read(reader, &NEXT, env);
        require_in_production(reader, env)?;
        let keys = Self {
            hmac_secret: current?,
            hmac_secret_previous: previous?,
            hmac_secret_next: next?,
        };
        keys.refuse_no_change(reader)?;
        Ok(keys)
    }

    fn refuse_no_change(&self, reader: &mut Reader<'_>) -> Result<(), Noted> {
        match (&self.hmac_secret, &self.hmac_secret_next) {
            (Some(current), Some(next)) if current.expose_secret() == next.expose_secret() => {
                let why = Refused::new("must differ from `HMAC_SECRET`");
                Err(reader.refuse(&NEXT, "", why))
            }
            _ => Ok(()),
        }
    }
}

fn require_in_production(reader: &mut Reader<'_>, env: AppEnv) -> Result<(), Noted> {
    if env != AppEnv::Production || reader.raw(&CURRENT).is_some() {
        return Ok(());
    }
    let why = format!("production needs a secret of at least {MIN_CHARACTERS} characters");
    Err(reader.note(Problem::Missing {
        name: CURRENT.name(),
        why: Refused::new(why),
    }))
}

fn read(
    reader: &mut Reader<'_>,
    variable: &Variable,
    env: AppEnv,
) -> Result<Option<SecretString>, Noted> {
    let Some(value) = reader.raw(variable) else {
        return Ok(None);
    };
    match secret(value, env) {
        Ok(secret) => Ok(Some(secret)),
        Err(why) => Err(reader.refuse(variable, value, why)),
    }
}

fn read_list(
    reader: &mut Reader<'_>,
    variable: &Variable,
    env: AppEnv,
) -> Result<Vec<SecretString>, Noted> {
    let value = reader.raw(variable).unwrap_or_default();
    crate::parse::list(value, |part| secret(part, env))
        .map_err(|why| reader.refuse(variable, value, why))
}

fn secret(value: &str, env: AppEnv) -> Result<SecretString, Refused> {
    let why = if value.trim() != value {
        // A line end from a file would make a key that no other program arrives at.
        "must not begin or end with white space".to_owned()
    } else if value.chars().count() < MIN_CHARACTERS {
        format!("must have at least {MIN_CHARACTERS} characters")
    } else if env == AppEnv::Production && is_well_known(value) {
        "must be a random secret in production, not one from an example".to_owned()
    } else {
        return Ok(SecretString::from(value));
    };
    Err(Refused::new(why))
}

fn is_well_known(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut characters = value.chars();
    let first = characters.next();
    let repeated = characters.all(|c| Some(c) == first);
    repeated || WELL_KNOWN.iter().any(|start| lower.starts_with(start))
}
