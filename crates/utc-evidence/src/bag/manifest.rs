//! Manifests: a line for each file, its SHA-256 and its path.

use std::collections::BTreeMap;
use std::fmt;

/// A file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) sha256: [u8; 32],
}

impl fmt::Display for Line {
    /// As `sha256sum` writes and checks it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.sha256 {
            write!(f, "{byte:02x}")?;
        }
        write!(f, "  {}", self.path)
    }
}

/// The files that a manifest lists.
#[derive(Debug, Default)]
pub(crate) struct Manifest(BTreeMap<String, [u8; 32]>);

impl Manifest {
    /// Reads a manifest. Every path has to be listed once, in a form that stays in the bag.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
        let mut files = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let at = |why: &str| format!("line {}: {why}", number + 1);
            let (path, sha256) = read_line(line).map_err(|why| at(&why))?;
            if files.insert(path.clone(), sha256).is_some() {
                return Err(at(&format!("`{path}` is listed twice")));
            }
        }
        Ok(Self(files))
    }

    /// Takes a path off the list, with the hash that the file must have.
    pub(crate) fn take(&mut self, path: &str) -> Option<[u8; 32]> {
        self.0.remove(path)
    }

    /// Everything that is still on the list.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

fn read_line(line: &str) -> Result<(String, [u8; 32]), String> {
    let (digits, rest) = line
        .split_once([' ', '\t'])
        .ok_or("a line is a SHA-256, white space, and a path")?;
    let sha256 = unhex(digits).ok_or("the SHA-256 is not 64 hexadecimal digits")?;
    // `md5sum` and its kin put an asterisk before the path for what is not text.
    let path = rest.trim_start_matches([' ', '\t']);
    let path = decode(path.strip_prefix('*').unwrap_or(path));
    crate::read::check_path(&path).map_err(|why| format!("the path {why}"))?;
    Ok((path, sha256))
}

/// RFC 8493 writes these three characters of a path, and no others, with a percent sign.
fn decode(path: &str) -> String {
    let mut path = path.to_owned();
    for (code, character) in [("%0A", "\n"), ("%0a", "\n"), ("%0D", "\r"), ("%0d", "\r")] {
        path = path.replace(code, character);
    }
    path.replace("%25", "%")
}

fn unhex(digits: &str) -> Option<[u8; 32]> {
    let bytes = digits.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    let nibble = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|n| u8::try_from(n).ok())
    };
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(out)
}
