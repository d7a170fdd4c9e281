//! Who may look at the demo: one person, by a link, and one token.

use utc_app::{Console, NewToken, NewUser, SignInLink};
use utc_domain::{Roles, Scope, Subject, UserName};
use zeroize::Zeroizing;

use crate::DemoError;

/// Makes an administrator's token.
pub(crate) fn token(console: &Console) -> Result<Zeroizing<String>, DemoError> {
    let new = NewToken {
        name: "demo".parse()?,
        roles: Roles::ADMIN,
        subjects: Scope::All,
        units: Scope::All,
        owner: None,
        expires_at: None,
    };
    Ok(console.create_token(actor()?, new).wait()?.token)
}

/// Makes the person who looks, and the link that signs them in.
pub(crate) fn person(console: &Console) -> Result<(Zeroizing<String>, SignInLink), DemoError> {
    let name: UserName = "demo".parse()?;
    let new = NewUser {
        name: name.clone(),
        roles: "admin approver".parse()?,
        units: Scope::All,
    };
    // Nobody signs in with the password: it is random and forgotten at once.
    let (password, _) = console.sign_in_link(name.clone())?;
    console.create_user(actor()?, new, &password).wait()?;
    Ok(console.sign_in_link(name)?)
}

fn actor() -> Result<Subject, DemoError> {
    Ok("demo:seed".parse()?)
}
