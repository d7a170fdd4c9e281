//! The header of a token, which nobody has vouched for yet.

use serde_json::{Map, Value};

use super::Members;
use crate::{ALGORITHM, HmacKey, Limits, check_strict};

/// Members that bring a key along or say where to fetch one. A key comes from here or not at all.
const KEY_MEMBERS: [&str; 6] = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256"];

/// Members that change how a token is read.
const EXTENSION_MEMBERS: [&str; 2] = ["crit", "b64"];

/// No header of ours nests; foreign ones do, a little.
const LIMITS: Limits = Limits { max_depth: 8 };

pub(super) struct Header(Map<String, Value>);

impl Header {
    pub(super) fn read(bytes: &[u8], members: Members) -> Result<Self, String> {
        check_strict(bytes, LIMITS).map_err(|error| error.to_string())?;
        let map = serde_json::from_slice(bytes).map_err(|_| "not a JSON object".to_owned())?;
        let header = Self(map);
        match members {
            Members::AlgKidTyp => header.refuse_unknown()?,
            Members::Any => {}
        }
        Ok(header)
    }

    /// The `kid`, if it is a text or absent.
    pub(super) fn kid(&self) -> Result<Option<String>, String> {
        match self.0.get("kid") {
            None => Ok(None),
            Some(Value::String(kid)) => Ok(Some(kid.clone())),
            Some(_) => Err("`kid` is not a text".to_owned()),
        }
    }

    pub(super) fn check_algorithm(&self) -> Result<(), String> {
        match self.0.get("alg").and_then(Value::as_str) {
            Some(ALGORITHM) => Ok(()),
            Some(alg) if alg.trim().eq_ignore_ascii_case("none") => {
                Err("`alg` asks for no signature at all".to_owned())
            }
            Some(_) => Err(format!("`alg` is not `{ALGORITHM}`, which is configured")),
            None => Err("`alg` is missing or not a text".to_owned()),
        }
    }

    pub(super) fn find_key<'k>(
        &self,
        lookup: impl FnOnce(Option<&str>) -> Option<&'k HmacKey>,
    ) -> Result<&'k HmacKey, String> {
        self.refuse(&KEY_MEMBERS, "a token cannot bring its own key")?;
        let kid = self.kid()?;
        lookup(kid.as_deref()).ok_or_else(|| match kid {
            Some(_) => "no key with this `kid` is configured here".to_owned(),
            None => "`kid` is missing".to_owned(),
        })
    }

    pub(super) fn check_critical(&self) -> Result<(), String> {
        self.refuse(&EXTENSION_MEMBERS, "extensions are not accepted")
    }

    pub(super) fn check_type(&self, expected: Option<&str>) -> Result<(), String> {
        match (expected, self.0.get("typ").and_then(Value::as_str)) {
            (None, _) => Ok(()),
            (Some(expected), Some(typ)) if typ == expected => Ok(()),
            (Some(expected), _) => Err(format!("`typ` is not exactly `{expected}`")),
        }
    }

    fn refuse(&self, members: &[&str], why: &str) -> Result<(), String> {
        match members.iter().find(|&&member| self.0.contains_key(member)) {
            Some(member) => Err(format!("the header has `{member}`; {why}")),
            None => Ok(()),
        }
    }

    /// Members that the checks of key and extensions refuse are left to those, which say more.
    fn refuse_unknown(&self) -> Result<(), String> {
        let known = |name: &str| {
            ["alg", "kid", "typ"].contains(&name)
                || KEY_MEMBERS.contains(&name)
                || EXTENSION_MEMBERS.contains(&name)
        };
        if self.0.keys().all(|name| known(name)) {
            Ok(())
        } else {
            Err("the header has a member other than `alg`, `kid`, `typ`".to_owned())
        }
    }
}
