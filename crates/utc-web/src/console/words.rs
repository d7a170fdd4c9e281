//! Small things about sentences.

/// A sentence that begins with a capital letter.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A sentence with its times to the second, and with a space in them: `2026-01-31T12:00:00.123456Z` is
/// `2026-01-31 12:00:00 UTC`.
pub(crate) fn brief(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(brief_word).collect();
    // Marks of code are for a terminal.
    words.join(" ").replace('`', "")
}

fn brief_word(word: &str) -> String {
    let time = word.trim_end_matches(|end: char| !end.is_ascii_alphanumeric());
    if !is_time(time) {
        return word.to_owned();
    }
    let (day, rest) = time.split_once('T').unwrap_or((time, ""));
    let seconds = rest.split(['.', 'Z']).next().unwrap_or_default();
    let after = word.strip_prefix(time).unwrap_or_default();
    format!("{day} {seconds} UTC{after}")
}

/// Whether it is written as receipts write times.
fn is_time(word: &str) -> bool {
    word.parse::<utc_domain::Timestamp>().is_ok() && word.contains('T')
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn times_in_sentences_are_told_to_the_second() {
        let text =
            "since 2026-01-31T12:00:00.123456Z; until 2026-01-31T13:00:00Z, then `a` T and 1.5";
        let told = "since 2026-01-31 12:00:00 UTC; until 2026-01-31 13:00:00 UTC, then a T and 1.5";
        assert_eq!(brief(text), told);
    }
}
