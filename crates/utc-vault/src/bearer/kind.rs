//! The kinds of bearer secrets.

use crate::{Bearer, HashPurpose};

/// A kind of bearer secret. Kinds are types, so that no session passes for a token.
pub trait BearerKind: closed::Closed {
    /// How its text begins, underscore included.
    const PREFIX: &'static str;
    /// What its hash is made for.
    const PURPOSE: HashPurpose;
}

/// The kind of [`ApiToken`].
#[derive(Debug, Clone, Copy)]
pub enum Api {}

/// The kind of [`SessionSecret`].
#[derive(Debug, Clone, Copy)]
pub enum Session {}

/// The kind of [`SetupLink`].
#[derive(Debug, Clone, Copy)]
pub enum Setup {}

/// The kind of [`LoginLink`].
#[derive(Debug, Clone, Copy)]
pub enum Login {}

/// `utc_<id>_<secret>`: what a program sends with each call. 69 characters.
pub type ApiToken = Bearer<Api>;

/// `utcsession_<id>_<secret>`: what a browser keeps in its cookie. 76 characters.
pub type SessionSecret = Bearer<Session>;

/// `utcsetup_<id>_<secret>`: sets up the first user, once. 74 characters.
pub type SetupLink = Bearer<Setup>;

/// `utclogin_<id>_<secret>`: signs a known user in. 74 characters.
pub type LoginLink = Bearer<Login>;

impl BearerKind for Api {
    const PREFIX: &'static str = "utc_";
    const PURPOSE: HashPurpose = HashPurpose::ApiToken;
}

impl BearerKind for Session {
    const PREFIX: &'static str = "utcsession_";
    const PURPOSE: HashPurpose = HashPurpose::Session;
}

impl BearerKind for Setup {
    const PREFIX: &'static str = "utcsetup_";
    const PURPOSE: HashPurpose = HashPurpose::SetupLink;
}

impl BearerKind for Login {
    const PREFIX: &'static str = "utclogin_";
    const PURPOSE: HashPurpose = HashPurpose::LoginLink;
}

/// Keeps others from adding kinds.
mod closed {
    pub trait Closed {}

    impl Closed for super::Api {}
    impl Closed for super::Session {}
    impl Closed for super::Setup {}
    impl Closed for super::Login {}
}
