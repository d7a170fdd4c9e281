//! Style sheet, module and icon: in the binary, under names that change with their content, so that browsers may keep
//! them for ever.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

/// A file that pages load.
#[derive(Debug, Clone, Copy)]
struct Asset {
    stem: &'static str,
    ending: &'static str,
    content_type: &'static str,
    /// Its parts, one behind the other.
    parts: &'static [&'static str],
}

const STYLE: Asset = Asset {
    stem: "style",
    ending: "css",
    content_type: "text/css; charset=utf-8",
    parts: &[
        include_str!("../../../../templates/assets/style.css"),
        utc_chart::STYLE,
    ],
};

const SCRIPT: Asset = Asset {
    stem: "console",
    ending: "js",
    content_type: "text/javascript; charset=utf-8",
    parts: &[include_str!("../../../../templates/assets/console.js")],
};

const ICON: Asset = Asset {
    stem: "icon",
    ending: "svg",
    content_type: "image/svg+xml",
    parts: &[include_str!("../../../../templates/assets/icon.svg")],
};

/// Where each is found.
pub(super) static PATHS: LazyLock<Paths> = LazyLock::new(|| Paths {
    style: STYLE.path(),
    script: SCRIPT.path(),
    icon: ICON.path(),
});

/// The paths of the assets.
pub(super) struct Paths {
    pub(super) style: String,
    pub(super) script: String,
    pub(super) icon: String,
}

impl Asset {
    fn path(self) -> String {
        let digest = Sha256::digest(self.parts.concat().as_bytes());
        let mut path = format!("/assets/{}-", self.stem);
        for byte in digest.iter().take(6) {
            // Writing to a string cannot fail.
            let _ = write!(path, "{byte:02x}");
        }
        path + "." + self.ending
    }
}

/// Puts the assets in front of their paths.
pub(crate) fn register(config: &mut web::ServiceConfig) {
    for asset in [STYLE, SCRIPT, ICON] {
        let answer = move || async move {
            HttpResponse::Ok()
                .content_type(asset.content_type)
                .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
                .body(asset.parts.concat())
        };
        config.route(&asset.path(), web::get().to(answer));
    }
}
