//! The route table is the one source of the router, the roles and the description.

use std::collections::HashSet;

use serde_json::Value;
use utc_web::{openapi, routes};

/// A change of this list is a change of the contract.
#[test]
fn the_table_names_every_call_and_who_may_make_it() {
    let rows: Vec<String> = routes::table()
        .iter()
        .map(|row| {
            let method = serde_json::to_value(&row.method).unwrap();
            format!(
                "{:<7} {:<36} {:?}",
                method.as_str().unwrap(),
                row.path,
                row.access
            )
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn no_method_and_path_stands_twice() {
    let mut seen = HashSet::new();
    for row in routes::table() {
        let key = format!(
            "{:?} {}",
            serde_json::to_value(&row.method).unwrap(),
            row.path
        );
        assert!(seen.insert(key.clone()), "{key} stands twice");
    }
}

#[test]
fn the_description_holds_exactly_the_table_and_every_reference_in_it_leads_somewhere() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let described: usize = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|item| item.as_object().unwrap().len())
        .sum();
    assert_eq!(described, routes::table().len());
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20, "{}", references.len());
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.push(reference.clone());
            }
            members.values().for_each(|member| collect(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_description_is_the_one_that_was_reviewed() {
    let document = serde_json::to_string_pretty(&openapi::document()).unwrap();
    insta::assert_snapshot!(document);
}
