//! Maps the address that a form is sent to to the page that shows this form.
//!
//! Promise: GET on an address that only accepts forms redirects to the page of the form. This happens with a bookmark,
//! with the language switch, and on reload after a session ended.

use super::ROUTES;

/// Whether a path fits a pattern of [`ROUTES`].
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(part), Some(is)) if part == is || (part.starts_with('{') && !is.is_empty()) => {}
            _ => return false,
        }
    }
}

/// Whether the console has a route for this method and path.
pub fn takes(method: &str, path: &str) -> bool {
    ROUTES.iter().any(|(known, pattern)| *known == method && fits(pattern, path))
}

/// The path of the page that has the form: the same, or the one above.
pub fn of(path: &str) -> &str {
    if takes("GET", path) {
        return path;
    }
    path.rsplit_once('/').map_or("/console", |(above, _)| if takes("GET", above) { above } else { "/console" })
}

/// The page to show for GET on an address that only accepts forms.
pub fn instead_of(path: &str) -> Option<&str> {
    (takes("POST", path) && !takes("GET", path)).then(|| of(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_page() {
        for (action, page) in [
            ("/console/leads/ab/answer", "/console/leads/ab"),
            ("/console/cases/ab/act/return", "/console/cases/ab/act/return"),
            ("/console/devices/ab/revoke", "/console/devices/ab/revoke"),
            ("/console/officers/ab/enrolment-code", "/console/officers/ab"),
            ("/console/first-run/administrator", "/console/first-run"),
            ("/console/sign-out", "/console"),
        ] {
            assert_eq!(of(action), page);
            assert_eq!(instead_of(action), (action != page).then_some(page));
        }
        assert_eq!(instead_of("/console/nothing"), None);
        let pages = ROUTES.iter().filter(|(method, _)| *method == "POST").map(|(_, path)| of(path));
        assert!(pages.into_iter().all(|page| takes("GET", page)), "every form has a page");
    }
}
