//! The language of the caller.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

/// Chinese unless English is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// zh-CN.
    Chinese,
    /// en.
    English,
}

impl Language {
    /// From `Accept-Language`: the language with the higher weight, the first one if the weights are equal, Chinese if
    /// neither is listed.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut best = (0, Self::Chinese);
        for part in text.split(',') {
            let mut parameters = part.split(';');
            let tag = parameters.next().unwrap_or_default();
            let weight = parameters
                .filter_map(|parameter| parameter.split_once('='))
                .find_map(|(name, value)| name.trim().eq_ignore_ascii_case("q").then_some(value));
            let weight = weight.unwrap_or("1");
            let language = match tag.trim().to_ascii_lowercase().split('-').next() {
                Some("en") => Self::English,
                Some("zh") => Self::Chinese,
                _ => continue,
            };
            let thousandths = thousandths(weight.trim());
            if thousandths > best.0 {
                best = (thousandths, language);
            }
        }
        best.1
    }

    /// For `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// `1`, `0.8`, `0.755` in thousandths; anything else is 0.
fn thousandths(weight: &str) -> u32 {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    if part.len() > 3 {
        return 0;
    }
    format!("{whole}{part:0<3}").parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn the_heavier_language_wins_and_chinese_is_the_default() {
        for (text, wanted) in [
            ("", Language::Chinese),
            ("fr", Language::Chinese),
            ("en", Language::English),
            ("en-GB,zh;q=0.9", Language::English),
            ("en;q=0.5, zh-CN;q=0.8", Language::Chinese),
            ("zh, en", Language::Chinese),
            ("en; q=0.9", Language::English),
            ("zh ;q=0.1 , en\t; Q=0.9", Language::English),
            ("en; q=0", Language::Chinese),
            ("en;q=0.1;level=1, zh; q=0.2", Language::Chinese),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(text).unwrap());
            assert_eq!(Language::of(&headers), wanted, "{text}");
        }
    }
}
