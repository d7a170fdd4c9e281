//! Checkpoints and the notes that carry them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use utc_attestation::log::{
    Checkpoint, LogKey, NoteError, TreeHash, VerifierKey, open_checkpoint, sign_checkpoint,
};

use crate::log::keys::{ORIGIN, key};

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.parse().unwrap(),
        size: 20_852_163,
        root: TreeHash::new([0xfb; 32]),
    }
}

fn signed() -> String {
    sign_checkpoint(&key(), &checkpoint()).unwrap()
}

fn open(text: &str) -> Result<Checkpoint, NoteError> {
    open_checkpoint(text, key().verifier_key())
}

/// A note over any text, signed with the key.
fn note(text: &str) -> String {
    let (_, id) = key_parts();
    let id = u32::from_str_radix(&id, 16).unwrap().to_be_bytes();
    let signature = key_for_any_text().sign_detached(text.as_bytes()).unwrap();
    let signature = STANDARD.encode([id.as_slice(), &signature].concat());
    format!("{text}\n— {ORIGIN} {signature}\n")
}

/// The same secret under another name: it signs what the log's own key refuses to.
fn key_for_any_text() -> LogKey {
    LogKey::from_seed("another".parse().unwrap(), &[7; 32])
}

fn key_parts() -> (String, String) {
    let text = key().verifier_key().to_string();
    let mut parts = text.split('+').map(str::to_owned);
    (parts.next().unwrap(), parts.next().unwrap())
}

/// A signature line of somebody else's.
fn line(name: &str, signature: &[u8]) -> String {
    format!("— {name} {}\n", STANDARD.encode(signature))
}

/// The example of C2SP `tlog-checkpoint`: the text that is signed.
#[test]
fn a_checkpoint_is_three_lines() {
    let expected = format!("{ORIGIN}\n20852163\n{}\n", TreeHash::new([0xfb; 32]));
    assert_eq!(checkpoint().to_string(), expected);
    assert_eq!(signed(), note(&expected));
}

#[test]
fn a_signed_checkpoint_opens_with_its_key_alone() {
    assert_eq!(open(&signed()), Ok(checkpoint()));
    let other = LogKey::from_seed(ORIGIN.parse().unwrap(), &[8; 32]);
    let refused = open_checkpoint(&signed(), other.verifier_key());
    assert_eq!(refused, Err(NoteError::Unsigned));
    let renamed = key_for_any_text();
    let refused = open_checkpoint(&signed(), renamed.verifier_key());
    assert_eq!(refused, Err(NoteError::Unsigned));
}

#[test]
fn the_key_of_one_log_says_nothing_about_another() {
    let foreign = Checkpoint {
        origin: "other.example/log".parse().unwrap(),
        ..checkpoint()
    };
    let expected = NoteError::Origin {
        expected: ORIGIN.parse().unwrap(),
        actual: foreign.origin.clone(),
    };
    assert_eq!(sign_checkpoint(&key(), &foreign), Err(expected.clone()));
    assert_eq!(open(&note(&foreign.to_string())), Err(expected));
}

#[test]
fn signatures_of_others_are_ignored() {
    let (_, id) = key_parts();
    let id = u32::from_str_radix(&id, 16).unwrap().to_be_bytes();
    let same_id = line("witness.example", &[id.as_slice(), &[0; 64]].concat());
    let same_name = line(ORIGIN, &[0; 68]);
    let large = line("pq.example", &[1; 4700]);
    for others in [same_id, same_name, large.repeat(16)] {
        assert_eq!(open(&format!("{}{others}", signed())), Ok(checkpoint()));
        let (text, ours) = signed()
            .split_once("\n\n")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        assert_eq!(open(&format!("{text}\n\n{others}{ours}")), Ok(checkpoint()));
        let unsigned = open(&format!("{text}\n\n{others}"));
        assert_eq!(unsigned, Err(NoteError::Unsigned));
    }
}

#[test]
fn a_wrong_signature_of_the_key_counts_against_the_note() {
    let (_, id) = key_parts();
    let id = u32::from_str_radix(&id, 16).unwrap().to_be_bytes();
    for length in [1, 63, 64, 65] {
        let wrong = line(ORIGIN, &[id.as_slice(), &vec![0; length]].concat());
        let both = open(&format!("{}{wrong}", signed()));
        assert_eq!(both, Err(NoteError::Signature), "{length}");
    }
    let other_text = signed().replacen("20852163", "20852164", 1);
    assert_eq!(open(&other_text), Err(NoteError::Signature));
}

#[test]
fn notes_beyond_the_limits_are_not_read() {
    let line = line("witness.example", &[0; 68]);
    assert_eq!(
        open(&format!("{}{}", signed(), line.repeat(63))),
        Ok(checkpoint())
    );
    let more = open(&format!("{}{}", signed(), line.repeat(64)));
    assert_eq!(more, Err(NoteError::Signatures { max: 64 }));
    let large = format!("{}\n{}", "a".repeat(128 * 1024), signed());
    assert_eq!(open(&large), Err(NoteError::TooLarge { max: 128 * 1024 }));
}

#[test]
fn a_signed_text_that_is_no_checkpoint_is_refused() {
    let root = TreeHash::new([0xfb; 32]);
    let texts = [
        format!("{ORIGIN}\n1\n{root}\nextension\n"),
        format!("{ORIGIN}\n1\n{root}\n\n"),
        format!("{ORIGIN}\n1\n"),
        format!("{ORIGIN}\n01\n{root}\n"),
        format!("{ORIGIN}\n+1\n{root}\n"),
        format!("{ORIGIN}\n-1\n{root}\n"),
        format!("{ORIGIN}\n1 \n{root}\n"),
        format!("{ORIGIN}\n18446744073709551616\n{root}\n"),
        format!("{ORIGIN}\n1\n{}\n", root.to_string().replace('=', "")),
        format!("{ORIGIN}\n1\n{}A==\n", &root.to_string()[..41]),
        format!("\n{ORIGIN}\n1\n{root}\n"),
        format!("a b\n1\n{root}\n"),
        "\n".to_owned(),
    ];
    for text in texts {
        let refused = open(&note(&text));
        assert!(
            matches!(refused, Err(NoteError::Form { .. })),
            "{text:?}: {refused:?}"
        );
    }
}

#[test]
fn what_is_no_note_is_refused() {
    let signed = signed();
    let (text, line) = signed.rsplit_once("\n\n").unwrap();
    let texts = [
        String::new(),
        "\n\n".to_owned(),
        signed.trim_end().to_owned(),
        format!("{signed}\n"),
        format!("{signed}\n\n"),
        signed.replace('\n', "\r\n"),
        signed.replacen('\n', "\n\t", 1),
        format!("{text}\n\n"),
        format!("{text}\n{line}"),
        format!("{text}\n\n{line}no signature line\n"),
        format!("{text}\n\n{}", line.replace('—', "-")),
        format!("{text}\n\n{}", line.replacen(' ', "  ", 1)),
        format!("{text}\n\n{}", line.replace('=', "")),
        format!("{text}\n\n— {ORIGIN} AAAAAA==\n"),
        format!("{text}\n\n— a+b AAAAAAA=\n{line}"),
        format!("{text}\n\n—  AAAAAAA=\n{line}"),
    ];
    for text in texts {
        let refused = open(&text);
        assert!(
            matches!(refused, Err(NoteError::Form { .. })),
            "{text:?}: {refused:?}"
        );
    }
}

/// A note that another program made: the example of the `sumdb/note` documentation.
#[test]
fn a_note_that_others_signed_is_verified_before_it_is_read() {
    let key: VerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        .parse()
        .unwrap();
    let note = concat!(
        "If you think cryptography is the answer to your problem,\n",
        "then you don't know what your problem is.\n\n",
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
    );
    let text = open_checkpoint(note, &key);
    assert!(matches!(text, Err(NoteError::Form { expected }) if expected.contains("root")));
    let changed = open_checkpoint(&note.replacen("If", "Of", 1), &key);
    assert_eq!(changed, Err(NoteError::Signature));
}

#[test]
fn every_single_bit_of_a_checkpoint_counts() {
    let signed = signed().into_bytes();
    for position in 0..signed.len() {
        for bit in 0..8 {
            let mut changed = signed.clone();
            changed[position] ^= 1 << bit;
            if let Ok(text) = std::str::from_utf8(&changed) {
                assert!(open(text).is_err(), "bit {bit} of byte {position}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "(\\PC|\n){0,200}") {
        prop_assert!(open(&text).is_err());
    }

    #[test]
    fn anything_like_a_note_is_answered(
        text in "(utc\\.example\\.com/log\n)?[0-9]{0,3}\n[A-Za-z0-9+/=\n]{0,60}\n\n(— [a-z]{0,5} [A-Za-z0-9+/=]{0,12}\n){0,3}",
    ) {
        prop_assert!(open(&text).is_err());
    }

    #[test]
    fn any_signed_text_is_read_as_it_was_written_or_refused(
        text in "utc\\.example\\.com/log\n[+0-9]{0,21}\n[A-Za-z0-9+/]{43}=?\n(\\PC{0,5}\n)?",
    ) {
        if let Ok(checkpoint) = open(&note(&text)) {
            prop_assert_eq!(checkpoint.to_string(), text);
        }
    }

    #[test]
    fn every_checkpoint_opens(size in any::<u64>(), root in any::<[u8; 32]>()) {
        let root = TreeHash::new(root);
        let checkpoint = Checkpoint { size, root, ..checkpoint() };
        let signed = sign_checkpoint(&key(), &checkpoint).unwrap();
        prop_assert_eq!(open(&signed), Ok(checkpoint));
    }
}
