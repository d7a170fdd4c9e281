//! What can be set.

use std::time::Duration;

use crate::TrustedProxies;

/// What can be set.
#[derive(Debug, Clone)]
pub struct Options {
    /// The largest body of a write, in bytes.
    pub body_limit: usize,
    /// What the bodies of all writes together may take in memory, in bytes.
    pub body_budget: usize,
    /// How long the body of a write may take to come.
    pub body_time: Duration,
    /// How long the body of a read may pause.
    pub idle: Duration,
    /// The proxies in front of the gateway whose word about callers counts.
    pub trusted_proxies: TrustedProxies,
    /// Where callers find the console, such as `https://utc.example`, without a slash at its end.
    pub console_url: String,
}

impl Options {
    /// The usual ones: 8 MiB for one body and 256 MiB for all, a minute for a body and half a minute for a pause, no
    /// trusted proxies.
    pub fn new(console_url: impl Into<String>) -> Self {
        Self {
            body_limit: 8 << 20,
            body_budget: 256 << 20,
            body_time: Duration::from_mins(1),
            idle: Duration::from_secs(30),
            trusted_proxies: TrustedProxies::default(),
            console_url: console_url.into(),
        }
    }
}
