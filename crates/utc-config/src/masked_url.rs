//! Addresses without their passwords.

use crate::print::MASK;

/// The address with a mask for the user's password and for passwords among its options.
///
/// The address holds one `@` at most, before the first `/` and `?`.
pub(crate) fn without_password(url: &str) -> String {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (url, None),
    };
    let base = without_password_of_user(base);
    let query = query.map(without_passwords_of_query);
    query.map_or_else(|| base.clone(), |query| format!("{base}?{query}"))
}

fn without_password_of_user(base: &str) -> String {
    let parts = base
        .split_once("://")
        .and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?)));
    match parts {
        Some((scheme, (user, host))) => match user.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:{MASK}@{host}"),
            None => base.to_owned(),
        },
        None => base.to_owned(),
    }
}

fn without_passwords_of_query(query: &str) -> String {
    let pairs: Vec<String> = query.split('&').map(without_password_of_pair).collect();
    pairs.join("&")
}

fn without_password_of_pair(pair: &str) -> String {
    match pair.split_once('=') {
        // A percent sign could spell `password` in another way.
        Some((key, _)) if key.to_ascii_lowercase().contains("password") || key.contains('%') => {
            format!("{key}={MASK}")
        }
        Some(_) | None => pair.to_owned(),
    }
}
