//! Who takes part in the demo: one person, by a link, an administrator's token, an agent that asks, and somebody who
//! approves.

use utc_app::{Console, NewToken, NewUser, SignInLink};
use utc_domain::{Roles, Scope, Subject, UserName};
use zeroize::Zeroizing;

use crate::DemoError;

/// The tokens of the demo.
pub struct Tokens {
    /// An administrator's.
    pub admin: Zeroizing<String>,
    /// Asks for `agent-42`, on every unit.
    pub agent: Zeroizing<String>,
    /// Approves.
    pub approver: Zeroizing<String>,
    /// Sends trust signals, as every source whose name begins with `demo:`.
    pub signals: Zeroizing<String>,
}

/// Makes the tokens.
pub(crate) fn tokens(console: &Console) -> Result<Tokens, DemoError> {
    let subject = Scope::Only(vec!["agent-42".parse()?]);
    let sources = Scope::Only(vec!["demo:*".parse()?]);
    Ok(Tokens {
        admin: token(console, "demo", Roles::ADMIN, Scope::All)?,
        agent: token(console, "demo-agent", "decider".parse()?, subject)?,
        approver: token(console, "demo-approver", "approver".parse()?, Scope::All)?,
        signals: token(console, "demo-signals", "signal".parse()?, sources)?,
    })
}

fn token(
    console: &Console,
    name: &str,
    roles: Roles,
    subjects: Scope,
) -> Result<Zeroizing<String>, DemoError> {
    let new = NewToken {
        name: name.parse()?,
        roles,
        subjects,
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
