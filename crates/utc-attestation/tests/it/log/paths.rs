//! Paths of tiles: one spelling each.

use proptest::prelude::*;
use utc_attestation::log::{TileId, TilePath};

fn hashes(level: u8, index: u64, width: u16) -> TilePath {
    let tile = TileId { level, index };
    TilePath::Hashes { tile, width }
}

fn entries(index: u64, width: u16) -> TilePath {
    TilePath::Entries { index, width }
}

fn check(text: &str, path: TilePath) {
    assert_eq!(path.to_string(), text);
    assert_eq!(text.parse(), Ok(path));
}

#[test]
fn a_path_is_written_as_the_specification_says() {
    check("tile/0/000", hashes(0, 0, 256));
    check("tile/0/x001/234.p/57", hashes(0, 1234, 57));
    check("tile/2/x001/x234/067", hashes(2, 1_234_067, 256));
    check("tile/63/x001/000.p/255", hashes(63, 1000, 255));
    check("tile/entries/999", entries(999, 256));
    check("tile/entries/x001/234.p/1", entries(1234, 1));
    let last = "tile/entries/x018/x446/x744/x073/x709/x551/615";
    check(last, entries(u64::MAX, 256));
}

#[test]
fn any_other_spelling_is_refused() {
    let refused = [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x01/002",
        "tile/0/x1234/002",
        "tile/0/x001/x002",
        "tile/0/x001//002",
        "tile/0/x001/002/",
        "tile/0/+01",
        "tile/0/-01",
        "tile/0/ 01",
        "tile/0/００１",
        "tile/00/001",
        "tile/+1/001",
        "tile/64/001",
        "tile/256/001",
        "tile/-1/001",
        "tile/data/001",
        "tile/Entries/001",
        "tile/8/0/001",
        "tile/0/001.p",
        "tile/0/001.p/",
        "tile/0/001.p/0",
        "tile/0/001.p/01",
        "tile/0/001.p/+1",
        "tile/0/001.p/256",
        "tile/0/001.p/65537",
        "tile/0/001.p/1.p/1",
        "tile/0/001.p/1/",
        "tile/0/x001.p/1/002",
        "tile/0/001.P/1",
        "/tile/0/001",
        "tile/0/001\n",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x999/x018/x446/x744/x073/x709/x551/615",
        "tile/entries",
        "tile/entries/",
        "tile/entries/0/001",
    ];
    for text in refused {
        assert!(text.parse::<TilePath>().is_err(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_path_comes_back(
        level in 0_u8..=63,
        index in prop_oneof![0_u64..3000, any::<u64>()],
        width in 1_u16..=256,
    ) {
        for path in [hashes(level, index, width), entries(index, width)] {
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
    }

    #[test]
    fn what_is_read_is_written_in_the_same_way(
        text in r"tile/([0-9]{1,2}|entries)(/x?[0-9]{2,4}){1,4}(\.p/[0-9]{1,3})?",
    ) {
        if let Ok(path) = text.parse::<TilePath>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn any_text_is_answered(text in ".{0,80}") {
        let answered: Result<TilePath, _> = text.parse();
        prop_assert!(answered.is_err());
    }
}
