//! Reading pictures as a browser would.

use roxmltree::{Document, Node};
use utc_chart::Figure;

/// What holds for every picture, whatever it was drawn from.
pub(crate) fn check(figure: &Figure) {
    let svg = figure.document();
    let parsed = Document::parse(&svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let root = parsed.root_element();
    let view: Vec<f64> = numbers(root.attribute("viewBox").unwrap());
    let (width, height) = (view[2], view[3]);
    for node in root.descendants().filter(Node::is_element) {
        for (x, y) in corners(&node) {
            assert!((0.0..=width).contains(&x), "x = {x} of {width}: {svg}");
            assert!((0.0..=height).contains(&y), "y = {y} of {height}: {svg}");
        }
        assert!(node.attribute("style").is_none() && node.attribute("fill").is_none());
    }
    for tag in ["title", "desc"] {
        let text = root
            .children()
            .find(|node| node.has_tag_name((SVG, tag)))
            .unwrap();
        assert!(!text.text().unwrap_or_default().is_empty(), "{svg}");
    }
    assert_eq!(root.attribute("role"), Some("img"));
    for wrong in ["NaN", "inf", "e+"] {
        assert!(
            !attributes(&parsed).any(|value| value.contains(wrong)),
            "{wrong} in {svg}"
        );
    }
    // The page around it is well-formed too.
    let html = figure.html();
    Document::parse(&html).unwrap_or_else(|error| panic!("{error}: {html}"));
}

const SVG: &str = "http://www.w3.org/2000/svg";

fn attributes<'a>(parsed: &'a Document<'_>) -> impl Iterator<Item = &'a str> {
    let nodes = parsed.descendants().filter(Node::is_element);
    nodes.flat_map(|node| {
        node.attributes()
            .map(|attribute| attribute.value())
            .collect::<Vec<_>>()
    })
}

/// The points that a shape reaches.
fn corners(node: &Node<'_, '_>) -> Vec<(f64, f64)> {
    let number = |name: &str| {
        node.attribute(name)
            .map_or(0.0, |text| text.parse().unwrap())
    };
    match node.tag_name().name() {
        "rect" => {
            let (x, y) = (number("x"), number("y"));
            vec![(x, y), (x + number("width"), y + number("height"))]
        }
        "line" => vec![(number("x1"), number("y1")), (number("x2"), number("y2"))],
        "circle" | "text" => vec![(number("x") + number("cx"), number("y") + number("cy"))],
        "polyline" | "polygon" => {
            let all = numbers(node.attribute("points").unwrap());
            all.chunks(2).map(|pair| (pair[0], pair[1])).collect()
        }
        "svg" | "title" | "desc" | "style" => Vec::new(),
        other => panic!("an element `{other}`"),
    }
}

fn numbers(text: &str) -> Vec<f64> {
    let parts = text.split([' ', ',']).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().unwrap()).collect()
}
