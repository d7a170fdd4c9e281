//! What must wait until the program knows who asks.

use std::net::IpAddr;

use crate::reader::{Noted, Reader};
use crate::{AppEnv, Refused, server};

const WHY: &str = "this version has no sign-in yet: it serves this machine only";

/// Without identities whoever reaches the port may do everything, so nobody else may reach it.
pub(crate) fn refuse_what_needs_identities(
    reader: &mut Reader<'_>,
    env: AppEnv,
    host: Result<IpAddr, Noted>,
) {
    if env == AppEnv::Production {
        let why = Refused::new(format!("{WHY}; use `development`"));
        reader.refuse(&server::ENV, env.as_str(), why);
    }
    if let Ok(host) = host
        && !host.is_loopback()
    {
        let why = Refused::new(format!("{WHY}; use `127.0.0.1`"));
        reader.refuse(&server::HOST, &host.to_string(), why);
    }
}
