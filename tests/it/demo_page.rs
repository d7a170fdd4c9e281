//! The page “Runtime demo”, used by its forms alone: ask, be held, approve, see the write run, verify, tamper.

use utc_test_support::{Client, Server, ServerOptions};

use crate::load::wait_until;

/// The person whom the printed link signs in.
struct Person {
    client: Client,
    cookie: String,
}

impl Person {
    fn of(server: &Server) -> Self {
        let mark = "/login?token=";
        wait_until("the link is printed", || server.output().contains(mark));
        let output = server.output();
        let link = output.split(mark).nth(1).unwrap();
        let path = format!("{mark}{}", link.split_whitespace().next().unwrap());
        let client = server.client().anonymous();
        let answer = client.send("GET", &path, &[], None).unwrap();
        assert_eq!(answer.status, 303);
        let cookie = answer.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { client, cookie }
    }

    fn page(&self, path: &str) -> String {
        let headers = [("cookie", self.cookie.as_str()), ("accept", "text/html")];
        let answer = self.client.send("GET", path, &headers, None).unwrap();
        let text = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 200, "{text}");
        text
    }

    /// Sends a form of the page, and gives the page as it is then.
    fn press(&self, path: &str, fields: &str) -> String {
        let page = self.page("/demo");
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
        let body = format!("csrf={}&{fields}", csrf.split('"').next().unwrap());
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("accept", "text/html"),
            ("origin", self.client.url()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = self
            .client
            .send("POST", path, &headers, Some(body.as_bytes()))
            .unwrap();
        assert_eq!(
            answer.status,
            303,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        self.page("/demo")
    }
}

/// What stands behind the first `mark`, up to a quote.
fn behind<'a>(page: &'a str, mark: &str) -> &'a str {
    let rest = page
        .split(mark)
        .nth(1)
        .unwrap_or_else(|| panic!("no {mark} in {page}"));
    rest.split('"').next().unwrap()
}

#[track_caller]
fn check(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "no {part} in {page}");
    }
}

#[test]
fn the_whole_loop_works_by_forms_alone() {
    let server = Server::start_alone(&ServerOptions::sqlite(), &["--demo"]).unwrap();
    let person = Person::of(&server);
    check(&person.page("/demo"), &["Nothing was asked yet.", "Demo:"]);

    let page = person.press("/demo/send", "unit=payments-api&asked=read");
    check(
        &page,
        &[
            "GET http://127.0.0.1:",
            "answered <strong>200</strong>",
            "ALLOW",
        ],
    );

    let page = person.press("/demo/send", "unit=route%3A%2Fpayments&asked=write");
    check(
        &page,
        &[
            "answered <strong>409</strong>",
            "REQUIRE_APPROVAL",
            "Approve as the sample’s approver",
        ],
    );
    let approval = behind(&page, "name=\"approval\" value=\"");
    person.press("/demo/approve", &format!("approval={approval}"));
    wait_until("the held write ran", || {
        person.page("/demo").contains("The held write ran, once.")
    });
    let page = person.press("/demo/send", "unit=route%3A%2Fpayments&asked=read");
    check(&page, &["1999", approval]);

    let receipt = behind(&page, "/demo?verify=").split('#').next().unwrap();
    let genuine = person.page(&format!("/demo?verify={receipt}"));
    check(&genuine, &["Valid: nobody changed it"]);
    let tampered = person.page(&format!("/demo?tamper={receipt}"));
    check(
        &tampered,
        &[
            "Not valid: it is not what this server signed",
            "became",
            "The log itself is untouched.",
        ],
    );
    assert!(!tampered.contains("Valid: nobody changed it"));

    let page = person.press("/demo/rules", "rule=writes_require_approval&enabled=on");
    check(
        &page,
        &["Turn off<span class=\"hidden\"> writes_require_approval"],
    );
    let page = person.press("/demo/send", "unit=payments-api&asked=write");
    check(
        &page,
        &["POST http://127.0.0.1:", "answered <strong>409</strong>"],
    );
}
