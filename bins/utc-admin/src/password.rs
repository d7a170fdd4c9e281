//! Passwords that somebody types. Never an argument: those are seen by everybody on the machine.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

/// One to set: asked for twice on a terminal, else the first line of standard input.
pub(crate) fn chosen() -> anyhow::Result<Zeroizing<String>> {
    if !std::io::stdin().is_terminal() {
        return piped();
    }
    let (password, again) = (ask("Password: ")?, ask("Once more: ")?);
    if password == again {
        Ok(password)
    } else {
        bail!("the two passwords differ")
    }
}

/// One to prove who somebody is: asked for once on a terminal, else the first line of standard input.
pub(crate) fn known(name: &str) -> anyhow::Result<Zeroizing<String>> {
    if std::io::stdin().is_terminal() {
        ask(&format!("Password of {name}: "))
    } else {
        piped()
    }
}

fn ask(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let password = rpassword::prompt_password(prompt).context("cannot read a password")?;
    Ok(Zeroizing::new(password))
}

fn piped() -> anyhow::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("no password: write it to standard input, or run this on a terminal");
    }
    Ok(Zeroizing::new(password.to_owned()))
}
