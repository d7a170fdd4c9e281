//! What to try, for the terminal.

use crate::Demo;

/// The link to open, three calls of the API, the flip, and a walk through the gateway. `console` and `gateway` are host and port.
pub fn instructions(console: &str, gateway: &str, demo: &Demo) -> String {
    let link = demo.link_token.as_str();
    format!(
        "\nThe demo runs with its own database. Open http://{console}/login?token={link}\nor try:\n\n{}\n{}\n{}",
        calls(console, demo),
        signals(console, demo),
        walk(console, gateway, demo)
    )
}

fn calls(console: &str, demo: &Demo) -> String {
    let curl = format!(
        "curl -s -H 'Authorization: Bearer {}'",
        demo.tokens.admin.as_str()
    );
    format!(
        "{curl} http://{console}/api/v1/decide -H 'Content-Type: application/json' -d '{{\"subject\":\"agent-42\",\"action\":\"write:/payments/17\",\"unit\":\"payments-api\"}}'\n\
         {curl} -X PUT http://{console}/api/v1/rules/writes_require_approval -H 'Content-Type: application/json' -d '{{\"enabled\":true,\"reason\":\"trying it\"}}'\n\
         {curl} 'http://{console}/api/v1/receipts?unit=payments-api&limit=3'\n"
    )
}

/// The flip: on by itself, off when time has passed on the clock of scores.
fn signals(console: &str, demo: &Demo) -> String {
    let curl = format!(
        "curl -s -H 'Authorization: Bearer {}'",
        demo.tokens.admin.as_str()
    );
    let api = format!("http://{console}/api/v1");
    format!(
        "One source says that tool:send_email is in trouble: a score of 60, which locks nothing. 20 seconds after the start another one\n\
         agrees: 76, the unit is risky, and the rule read_only_for_risky goes on by itself. Two days later, on a clock for scores only,\n\
         two runs find little left: the flag is cleared, and the rule goes off.\n\n\
         {curl} {api}/units/tool%3Asend_email/risk\n\
         {curl} {api}/rules\n\
         {curl} {api}/tdx/clock -H 'Content-Type: application/json' -d '{{\"hours\":48}}'; {curl} -X POST {api}/tdx/run; {curl} -X POST {api}/tdx/run\n\
         {curl} '{api}/receipts?subject=system:tdx'\n"
    )
}

/// Every line is a command. The write is one of `route:/payments`, which is pinned so that writes wait for people.
fn walk(console: &str, gateway: &str, demo: &Demo) -> String {
    let (agent, approver) = (demo.tokens.agent.as_str(), demo.tokens.approver.as_str());
    format!(
        "A small payments service runs behind the gateway. A read passes, a write waits, a person approves, it arrives once:\n\n\
         AGENT={agent}; APPROVER={approver}\n\
         PAYMENTS=http://{gateway}/gateway/route%3A%2Fpayments/payments; APPROVALS=http://{console}/api/v1/approvals\n\
         curl -s -H \"UTC-Token: $AGENT\" $PAYMENTS\n\
         HELD=$(curl -s -H \"UTC-Token: $AGENT\" -H 'Content-Type: application/json' -d '{{\"amount\":1999,\"to\":\"alice\"}}' $PAYMENTS | sed 's/.*\"approval_id\":\"\\([^\"]*\\)\".*/\\1/')\n\
         curl -s -H \"Authorization: Bearer $AGENT\" $APPROVALS/$HELD\n\
         curl -s -H \"Authorization: Bearer $APPROVER\" -X POST $APPROVALS/$HELD/approve\n\
         sleep 1; curl -s -H \"Authorization: Bearer $AGENT\" $APPROVALS/$HELD/result\n\
         curl -s -H \"UTC-Token: $AGENT\" $PAYMENTS\n\
         curl -s -H \"Authorization: Bearer {admin}\" 'http://{console}/api/v1/receipts?unit=route%3A%2Fpayments&limit=5'\n",
        admin = demo.tokens.admin.as_str(),
    )
}
