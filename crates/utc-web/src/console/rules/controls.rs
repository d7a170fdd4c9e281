//! Which controls of common frameworks a rule helps to meet.

use utc_domain::Rule;

/// A control of a framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(super) struct Control {
    framework: &'static str,
    id: &'static str,
    about: &'static str,
}

/// SOC 2 by its trust services criteria, the NIST AI Risk Management Framework by its functions, ISO/IEC 42001 by its
/// annex A.
pub(super) fn of(rule: Rule) -> [Control; 3] {
    let control = |framework, id, about| Control {
        framework,
        id,
        about,
    };
    match rule {
        Rule::WritesRequireApproval => [
            control(
                "SOC 2",
                "CC8.1",
                "changes are authorised before they are made",
            ),
            control(
                "NIST AI RMF",
                "MANAGE 2.4",
                "people can override and disengage",
            ),
            control(
                "ISO/IEC 42001",
                "A.9.3",
                "objectives for responsible use, with human oversight",
            ),
        ],
        Rule::ReadOnlyForRisky => [
            control(
                "SOC 2",
                "CC7.3",
                "security events are evaluated and contained",
            ),
            control(
                "NIST AI RMF",
                "MANAGE 4.1",
                "monitoring after deployment leads to a response",
            ),
            control(
                "ISO/IEC 42001",
                "A.6.2.6",
                "operation and monitoring of the AI system",
            ),
        ],
    }
}
