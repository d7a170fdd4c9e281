//! Names of files that may be looked at.

/// Longer than any path of a bundle.
const MAX_BYTES: usize = 255;

/// Checks that a path stays in its folder and means the same on every system.
pub(crate) fn check_path(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("is empty");
    }
    if path.len() > MAX_BYTES {
        return Err("is longer than 255 bytes");
    }
    if path.starts_with('/') {
        return Err("is absolute");
    }
    if path.contains('\\') {
        return Err("has a backslash");
    }
    if !path.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err("has a character other than printable ASCII");
    }
    if path.contains([':', '*', '?', '"', '<', '>', '|']) {
        return Err("has a character that some systems give a meaning");
    }
    path.split('/').try_for_each(check_segment)
}

fn check_segment(segment: &str) -> Result<(), &'static str> {
    match segment {
        "" => Err("has an empty part"),
        "." | ".." => Err("has a part of dots, which leads elsewhere"),
        _ if segment.ends_with(['.', ' ']) => Err("has a part that ends with a dot or a space"),
        _ if segment.starts_with('~') => Err("has a part that begins with a tilde"),
        _ => Ok(()),
    }
}
