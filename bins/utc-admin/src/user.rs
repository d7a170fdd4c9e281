//! `utc-admin user …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};
use utc_app::{Console, NewUser, UserChange, UserChanged, UserView};
use utc_domain::{Pattern, Role, Roles, Scope, UserName};

use crate::context::Context;
use crate::password;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Let a person in. The password is asked for, or read from the first line of standard input.
    Create {
        /// The name to sign in with.
        name: UserName,
        /// Roles; without any, `admin` for the first person and `viewer` for others.
        #[arg(long, num_args = 1.., value_delimiter = ',')]
        role: Vec<Role>,
        /// Patterns of units on which the roles hold; without any, every unit.
        #[arg(long, num_args = 1..)]
        unit: Vec<Pattern>,
    },
    /// Everybody.
    List,
    /// Set a person's password; their sessions end.
    ResetPassword {
        /// The person.
        name: UserName,
    },
    /// Shut a person out: no session, no token of theirs is accepted from then on.
    Disable {
        /// The person.
        name: UserName,
    },
    /// Let a person in again.
    Enable {
        /// The person.
        name: UserName,
    },
    /// Set a person's roles, in place of those before.
    Role {
        /// The person.
        name: UserName,
        /// The roles.
        #[arg(required = true, value_delimiter = ',')]
        role: Vec<Role>,
    },
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    let console = context.console()?;
    match command {
        Command::Create { name, role, unit } => create(context, &console, name, role, unit)?,
        Command::List => list(context, &console)?,
        Command::ResetPassword { name } => {
            let password = password::chosen()?;
            let changed = console.reset_password(Context::actor()?, name, &password);
            say(context, &changed.wait()?, "has a new password");
        }
        Command::Disable { name } => {
            let change = disabled(true);
            change_user(context, &console, name, change, "is shut out")?;
        }
        Command::Enable { name } => {
            let change = disabled(false);
            change_user(context, &console, name, change, "may sign in again")?;
        }
        Command::Role { name, role } => {
            let roles = Some(Roles::new(role)?);
            let change = UserChange {
                roles,
                ..UserChange::default()
            };
            change_user(context, &console, name, change, "has other roles")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn create(
    context: &Context,
    console: &Console,
    name: UserName,
    role: Vec<Role>,
    unit: Vec<Pattern>,
) -> anyhow::Result<()> {
    let roles = match role.as_slice() {
        [] if console.users()?.is_empty() => Roles::ADMIN,
        [] => Roles::new([Role::Viewer])?,
        _ => Roles::new(role)?,
    };
    let units = Scope::of(unit)?;
    let password = password::chosen()?;
    let new = NewUser { name, roles, units };
    let created = console.create_user(Context::actor()?, new, &password);
    say(context, &created.wait()?, "may sign in");
    Ok(())
}

fn list(context: &Context, console: &Console) -> anyhow::Result<()> {
    let users = console.users()?;
    let values: Vec<Value> = users.iter().map(value).collect();
    let lines: Vec<String> = users.iter().map(line).collect();
    context.say(&json!(values), &lines.join("\n"));
    Ok(())
}

fn change_user(
    context: &Context,
    console: &Console,
    name: UserName,
    change: UserChange,
    what: &str,
) -> anyhow::Result<()> {
    let changed = console.change_user(Context::actor()?, name, change);
    say(context, &changed.wait()?, what);
    Ok(())
}

fn disabled(disabled: bool) -> UserChange {
    UserChange {
        disabled: Some(disabled),
        ..UserChange::default()
    }
}

fn say(context: &Context, changed: &UserChanged, what: &str) {
    let text = format!(
        "{} {what} ({}; receipt {})",
        changed.user.name, changed.user.roles, changed.receipt_id
    );
    context.say(&value(&changed.user), &text);
}

fn line(user: &UserView) -> String {
    let state = match user.disabled_at {
        Some(at) => format!("shut out since {at}"),
        None => format!("since {}", user.created_at),
    };
    format!(
        "{:<24} {:<24} {state}",
        user.name.as_str(),
        user.roles.to_string()
    )
}

fn value(user: &UserView) -> Value {
    let units: Vec<&str> = user.units.patterns().iter().map(Pattern::as_str).collect();
    json!({
        "id": user.id.to_string(),
        "name": user.name.as_str(),
        "roles": user.roles.iter().map(Role::as_str).collect::<Vec<_>>(),
        "units": units,
        "created_at": user.created_at.to_string(),
        "disabled_at": user.disabled_at.map(|at| at.to_string()),
        "receipt_id": user.receipt_id,
    })
}
