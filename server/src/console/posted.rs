//! The fields of a form that was posted to the console.
//!
//! Promise: typed and pasted text is read by `web::input`; an error names the field by the label of the form. The
//! stored copy of a refused form contains no secret. Not here: whether the form may be accepted (`middleware`).

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use crate::flow::refusal::{Refusal, Refused};
use crate::flow::unsent_form::Fields;
use crate::web::input::{self, Lines};
use crate::web::problem::Problem;

/// Name of the field that carries the token.
pub const TOKEN: &str = "csrf";
/// Fields that are never shown again or stored.
pub const SECRETS: &[&str] = &[TOKEN, "password", "repeated", "present", "code", "first", "second", "citizen_number"];
/// Typed fields of forms: name and label.
pub const TYPED: &[(&str, &str, &str)] = &[
    ("name", "姓名", "Name"),
    ("login", "登录名", "Login"),
    ("government", "人民政府", "People's government"),
    ("justice", "司法行政部门", "Department of justice"),
    ("number", "证号", "Number"),
    ("category", "执法类别", "Category"),
    ("region", "执法区域", "Region"),
    ("basis", "依据", "Basis"),
    ("decided_by", "作出决定的机关", "Organ that decided"),
    ("agency_name", "单位名称", "Name of the agency"),
    ("short_name", "简称", "Short name"),
    ("document", "委托书或者决定", "Deed or decision"),
    ("items", "执法事项编号", "Codes of the items"),
    ("powers", "权限", "Powers"),
    ("published", "公布", "Where it was published"),
    ("first_day", "起始日期", "First day"),
    ("last_day", "终止日期", "Last day"),
    ("topic", "培训内容", "Subject"),
    ("proof", "证明材料", "Proof"),
    ("organ", "考核机关", "Organ"),
    ("document_number", "文号", "Document"),
    ("facts", "事实", "Facts"),
    ("statement", "本人陈述、申辩的内容", "What the officer said"),
    ("reason", "事由", "Reason"),
    ("label", "名称", "Name"),
    ("text", "内容", "In words"),
    ("purpose", "查阅目的", "Purpose of reading"),
];

/// A file of a form.
#[derive(Clone, PartialEq, Eq)]
pub struct PostedFile {
    /// Its name, as the browser has it.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

impl std::fmt::Debug for PostedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostedFile").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Posted {
    fields: Fields,
    file: Option<PostedFile>,
}

impl Posted {
    /// The fields of a form, and its token.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] where a field comes twice.
    pub fn open(pairs: Vec<(String, String)>) -> Result<(Self, String), Refusal> {
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            if fields.insert(name, value).is_some() {
                return Err(Refusal::Malformed);
            }
        }
        let token = fields.remove(TOKEN).unwrap_or_default();
        Ok((Self { fields, file: None }, token))
    }

    /// The same form with its file.
    #[must_use]
    pub fn with(self, file: Option<PostedFile>) -> Self {
        Self { file, ..self }
    }

    /// The file, if the form has one.
    pub const fn file(&self) -> Option<&PostedFile> {
        self.file.as_ref()
    }

    /// A field as sent; empty where it is missing.
    pub fn raw(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The typed text of a field, for showing it again.
    pub fn typed(&self, name: &str) -> String {
        input::pasted(self.raw(name), Lines::Several)
    }

    /// A text of 1 to `most` characters in one line.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] that names the field by its label in the form.
    pub fn text(&self, name: &str, most: usize) -> Result<String, Refused> {
        fit(input::pasted(self.raw(name), Lines::One), most, name)
    }

    /// Prose of 1 to `most` characters in several lines.
    ///
    /// # Errors
    /// As [`Posted::text`].
    pub fn prose(&self, name: &str, most: usize) -> Result<String, Refused> {
        fit(input::pasted(self.raw(name), Lines::Several), most, name)
    }

    /// As [`Posted::prose`], but optional.
    ///
    /// # Errors
    /// As [`Posted::prose`].
    pub fn optional(&self, name: &str, most: usize) -> Result<Option<String>, Refused> {
        if self.typed(name).is_empty() { Ok(None) } else { self.prose(name, most).map(Some) }
    }

    /// The fields that may be stored and shown again: all but secrets.
    pub fn kept(&self) -> Fields {
        let open = self.fields.iter().filter(|(name, _)| !SECRETS.contains(&name.as_str()));
        let kept = open.map(|(name, value)| {
            let typed = TYPED.iter().any(|(known, _, _)| known == name);
            (name.clone(), if typed { self.typed(name) } else { value.clone() })
        });
        kept.collect()
    }
}

/// Removes typed text from a form; hidden fields and choices stay.
pub fn forget_typed(fields: &mut Fields) {
    fields.retain(|name, _| name == "purpose" || !TYPED.iter().any(|(typed, _, _)| typed == name));
}

/// Whether the form contains typed text.
pub fn says_something(fields: &Fields) -> bool {
    let said = |name: &str| fields.get(name).is_some_and(|text| !text.is_empty());
    TYPED.iter().any(|(name, _, _)| !matches!(*name, "login" | "purpose") && said(name))
}

/// The label of a field, in both languages.
pub fn label(name: &str) -> (&'static str, &'static str) {
    TYPED.iter().find(|(known, _, _)| *known == name).map_or(("该项", "This"), |(_, zh, en)| (*zh, *en))
}

/// Refuses text that is missing, too long or unusable, naming the field by its label.
fn fit(text: String, most: usize, name: &str) -> Result<String, Refused> {
    let (zh, en) = label(name);
    let length = text.chars().count();
    let (zh, en) = if length == 0 {
        (format!("请填写“{zh}”。"), format!("Fill in “{en}”."))
    } else if length > most {
        (
            format!("“{zh}”最多 {most} 个字，现有 {length} 个，请删减后再提交。"),
            format!("“{en}” may have at most {most} characters; it has {length}. Shorten it and send it again."),
        )
    } else if text.contains('\0') {
        (
            format!("“{zh}”中有无法保存的字符，请删去后再提交。"),
            format!("“{en}” has a character that cannot be stored. Delete it and send it again."),
        )
    } else {
        return Ok(text);
    };
    Err(Refusal::Malformed.because(zh, en))
}

impl FromRequest for Posted {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        // The middleware has parsed it. A form that did not pass the middleware was not issued by this console.
        let posted = request.extensions().get::<Self>().cloned();
        ready(posted.ok_or_else(|| Refusal::CrossSite.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Posted::open(pairs.collect()).unwrap().0
    }

    #[test]
    fn the_token_is_no_field_and_no_field_comes_twice() {
        let pairs = |token: &str| vec![("reason".to_owned(), "是".to_owned()), (TOKEN.to_owned(), token.to_owned())];
        let (form, token) = Posted::open(pairs("t")).unwrap();
        assert_eq!((form.raw("reason"), form.raw(TOKEN), token.as_str()), ("是", "", "t"));
        assert_eq!(Posted::open(Vec::new()).unwrap().1, "");
        assert_eq!(Posted::open([pairs("t"), pairs("t")].concat()).err(), Some(Refusal::Malformed));
    }

    #[test]
    fn a_broken_line_is_a_space_and_nothing_said_is_nothing() {
        let form = posted(&[("text", " 甲\r\n\t乙 \u{200b}"), ("reason", " \u{3000}\u{200b}")]);
        assert_eq!(form.text("text", 10).unwrap(), "甲 乙");
        assert_eq!(form.prose("text", 10).unwrap(), "甲\n 乙");
        assert_eq!(form.optional("reason", 10).unwrap(), None);
        assert!(form.text("reason", 10).is_err() && form.text("text", 2).is_err() && form.text("text", 3).is_ok());
    }

    #[test]
    fn who_typed_something_wrong_is_told_in_the_words_of_the_form() {
        for (text, said) in [("", "请填写“内容”"), ("甲乙丙", "最多 2 个字，现有 3 个"), ("甲\0", "无法保存的字符")]
        {
            let refused = posted(&[("text", text)]).prose("text", 2).unwrap_err();
            let zh = refused.zh.unwrap();
            assert!(zh.contains(said) && !zh.contains("text"), "{zh}");
        }
    }

    #[test]
    fn no_secret_of_a_form_is_kept() {
        let form = posted(&[("text", "我写的"), ("password", "p"), ("repeated", "p"), ("code", "c"), ("seen", "s")]);
        let names: Vec<_> = form.kept().into_keys().collect();
        assert_eq!(names, ["seen", "text"]);
        assert!(says_something(&form.kept()));
        assert!(!says_something(&posted(&[("seen", "s"), ("text", " "), ("login", "a")]).kept()));
    }

    /// All forms of all pages: typed fields are listed, and secrets are never stored.
    #[test]
    fn every_field_that_people_type_into_has_a_name_in_their_words() {
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap() {
            let page = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for form in page.split("<form").skip(1).filter(|form| form[..form.find('>').unwrap()].contains("post")) {
                let form = form.split("</form>").next().unwrap();
                for tag in form.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("textarea")) {
                    let of = |name: &str| {
                        tag.split(&format!("{name}=\"")).nth(1).map(|rest| rest.split('"').next().unwrap())
                    };
                    let name = of("name").unwrap();
                    match of("type") {
                        Some("hidden" | "radio" | "checkbox" | "file") => {}
                        Some("password") => assert!(SECRETS.contains(&name), "{name}"),
                        _ => {
                            let known = TYPED.iter().any(|(known, _, _)| *known == name) || SECRETS.contains(&name);
                            assert!(known || name.contains("{{"), "{name}: {tag}");
                        }
                    }
                }
            }
        }
    }
}
