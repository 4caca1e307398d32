//! Owns: the posts of a thread: a discussion in a forum, questions and their answers. Never: the
//! comments below an article.

use crate::ingest::web::inline_or_block::{Effort, is};
use crate::ingest::web::metadata::PageMetadata;
use crate::ingest::web::names;
use crate::ingest::web::node_map::NodeMap;
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, SENTENCE, TextAmounts};
use dom_query::{Document, NodeId, NodeRef};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

/// The number of posts from which a page is a thread.
const POSTS: usize = 2;

/// Elements with less than a sixteenth of the text of a page are not its posts.
const LEAST: usize = 16;

/// Words in the names of a post, which is an element with the text, the author and the date.
const POST: [&str; 17] = [
    "post",
    "posts",
    "comment",
    "comments",
    "message",
    "messages",
    "msg",
    "reply",
    "replies",
    "answer",
    "answers",
    "thread",
    "topic",
    "question",
    "discussion",
    "postcontainer",
    "bbwrapper",
];

/// Words in the names of the text of a post.
const TEXT: [&str; 26] = [
    "content",
    "body",
    "text",
    "entry",
    "message",
    "messages",
    "postbody",
    "postcontent",
    "prose",
    "bbwrapper",
    "cooked",
    "messagetext",
    "commentcontent",
    "commenttext",
    "commentbody",
    "usertext",
    "posttext",
    "postmessage",
    "articlebody",
    "md",
    "bodytext",
    "contents",
    "post",
    "narrow",
    "markdown",
    "inner",
];

/// Words in the names of what stands around the text of a post.
const NOT_TEXT: [&str; 24] = [
    "header",
    "head",
    "footer",
    "foot",
    "author",
    "user",
    "username",
    "avatar",
    "profile",
    "sig",
    "signature",
    "date",
    "time",
    "meta",
    "info",
    "actions",
    "buttons",
    "controls",
    "title",
    "quote",
    "quoted",
    "reactions",
    "likes",
    "attribution",
];

/// Words in the names of an author or a date.
const BYLINE: [&str; 20] = [
    "author",
    "user",
    "username",
    "userinfo",
    "userdetails",
    "poster",
    "profile",
    "postprofile",
    "avatar",
    "by",
    "byline",
    "date",
    "time",
    "timestamp",
    "posted",
    "postdate",
    "creator",
    "tagline",
    "member",
    "owner",
];

/// Words in the names of comments.
const COMMENT: [&str; 6] = ["comment", "comments", "commentbody", "review", "reviews", "replies"];

/// Words in the names of a forum.
const FORUM: [&str; 10] = [
    "topic",
    "forum",
    "forums",
    "discussionforumposting",
    "qapage",
    "messages",
    "bbwrapper",
    "crawler",
    "viewtopic",
    "showthread",
];

/// What the names of an element say of it, a bit for each.
mod bits {
    pub const POST: u8 = 1;
    pub const TEXT: u8 = 2;
    pub const NOT_TEXT: u8 = 4;
    pub const BYLINE: u8 = 8;
    pub const COMMENT: u8 = 16;
    pub const FORUM: u8 = 32;
    pub const THREAD: u8 = 64;
}

/// What the names of elements say, found out once for each.
#[derive(Default)]
struct Named(RefCell<NodeMap<u8>>);

impl Named {
    fn of(&self, node: &NodeRef) -> u8 {
        if let Some(found) = self.0.borrow().get(&node.id) {
            return *found;
        }
        let mut words =
            names::words(node, &["class", "id", "itemprop", "component", "data-component"]);
        let bit = |words: &[String], wanted: &[&str], bit| {
            if names::any(words, wanted) { bit } else { 0 }
        };
        let mut found = bit(&words, &POST, bits::POST)
            | bit(&words, &TEXT, bits::TEXT)
            | bit(&words, &NOT_TEXT, bits::NOT_TEXT)
            | bit(&words, &BYLINE, bits::BYLINE)
            | bit(&words, &COMMENT, bits::COMMENT);
        names::split(&node.attr_or("itemtype", ""), &mut words);
        found |= bit(&words, &FORUM, bits::FORUM) | bit(&words, &["thread"], bits::THREAD);
        self.0.borrow_mut().insert(node.id, found);
        found
    }
}

/// A group of elements of one name that are the texts of posts.
struct Group<'a> {
    texts: Vec<NodeRef<'a>>,
    /// Bytes of the texts outside links.
    plain: usize,
    /// What the names of the elements say that have one text each.
    inside: u8,
    /// What the names of the elements around the first text say.
    around: u8,
}

impl Group<'_> {
    /// Whether they are named as comments.
    fn is_comments(&self) -> bool {
        self.inside & bits::COMMENT != 0
    }
}

/// The texts of the posts of a page in their order, where the page is a thread; before them what
/// was posted first, where that has another form. `asked`: whether the user says that it is one.
pub(super) fn posts<'a>(
    page: &'a Document,
    about: &PageMetadata,
    asked: bool,
) -> Option<Vec<NodeRef<'a>>> {
    let amounts = TextAmounts::of(page);
    let body = page.body()?;
    let all = amounts.get(&body).plain();
    let (comments, posts): (Vec<Group>, Vec<Group>) =
        groups(page, &body, &amounts).into_iter().partition(Group::is_comments);
    let found = chosen(posts).filter(|group| {
        let forum = (group.inside | group.around) & (bits::FORUM | bits::THREAD) != 0;
        let named = if about.article { group.inside & bits::FORUM != 0 } else { forum };
        let least = if named { all / 6 } else { all / 5 * 4 };
        asked || (group.plain >= least && (named || !about.article))
    });
    let found = found.or_else(|| {
        chosen(comments).filter(|group| {
            let outside = all.saturating_sub(group.plain);
            let alone = outside < INDEPENDENT_TEXT || outside * 4 < group.plain;
            let forum = group.plain * 3 >= all && (group.inside | group.around) & bits::FORUM != 0;
            let article = group.inside & bits::FORUM != 0 && outside * 2 < group.plain;
            asked || if about.article { article } else { alone || forum }
        })
    })?;
    let mut texts = opening(&body, found.texts.first()?, &amounts);
    texts.extend(found.texts);
    Some(texts)
}

/// Removes the signatures in a post, which its author puts under each of them.
pub(super) fn clear_signatures(post: &NodeRef) {
    let signed = |node: &NodeRef| {
        node.is_element() && names::words(node, &["class"]).iter().any(|word| word == "signature")
    };
    let all: Vec<NodeRef> = post.descendants_it().filter(signed).collect();
    all.iter().for_each(NodeRef::remove_from_parent);
}

/// What is before the first post and mostly prose.
fn opening<'a>(body: &NodeRef<'a>, first: &NodeRef<'a>, amounts: &TextAmounts) -> Vec<NodeRef<'a>> {
    let mut found = Vec::new();
    let mut inside = *first;
    while inside.id != body.id {
        let mut before = inside.prev_sibling();
        while let Some(node) = before {
            let amount = amounts.get(&node);
            if amount.prose >= SENTENCE && amount.prose * 2 >= amount.text {
                found.push(node);
            }
            before = node.prev_sibling();
        }
        let Some(parent) = inside.parent() else { break };
        inside = parent;
    }
    found.reverse();
    found
}

/// The group with most text; of groups inside each other the innermost that has most of it.
fn chosen(mut groups: Vec<Group>) -> Option<Group> {
    groups.sort_by_key(|group| std::cmp::Reverse(group.plain));
    let first = groups.first()?;
    let (plain, posts) = (first.plain, first.texts.len());
    let alike = |group: &Group| {
        group.plain * 5 >= plain * 2
            && group.texts.len() * 5 >= posts * 4
            && group.texts.len() * 2 <= posts * 3
    };
    groups.into_iter().rev().find(alike)
}

fn groups<'a>(page: &Document, body: &NodeRef<'a>, amounts: &TextAmounts) -> Vec<Group<'a>> {
    let named = Named::default();
    let mut found: BTreeMap<String, Vec<NodeRef>> = BTreeMap::new();
    for node in body.descendants_it().filter(NodeRef::is_element) {
        if !is(&node, &["div", "td", "section", "article", "p", "blockquote", "span", "li", "dd"])
            || amounts.get(&node).plain() == 0
        {
            continue;
        }
        if named.of(&node) & (bits::TEXT | bits::NOT_TEXT) == bits::TEXT
            && let Some(name) = signature(&node)
        {
            found.entry(name).or_default().push(node);
        }
    }
    let (all, effort) = (amounts.get(body).plain(), Effort::of(page));
    let group = |texts: Vec<NodeRef<'a>>| {
        let texts = outermost(texts);
        let plain = texts.iter().map(|text| amounts.get(text).plain()).sum::<usize>();
        if texts.len() < POSTS || plain * LEAST < all {
            return None;
        }
        let (inside, around) = are_posts(&texts, body, &named, &effort)?;
        Some(Group { texts, plain, inside, around })
    };
    found.into_values().filter_map(group).collect()
}

/// The elements of a list, in the order of the page, that are in no other one.
fn outermost(nodes: Vec<NodeRef>) -> Vec<NodeRef> {
    let ids: HashSet<NodeId> = nodes.iter().map(|node| node.id).collect();
    let inside = |node: &NodeRef| node.ancestors_it(None).any(|above| ids.contains(&above.id));
    nodes.into_iter().filter(|node| !inside(node)).collect()
}

/// Whether most texts are in a post of their own: the highest element that has only this one of
/// the texts is named as a post, or something between them is, and has an author or a date. Then
/// returns what the names say: those of most posts, and those around the first post.
fn are_posts(
    texts: &[NodeRef],
    body: &NodeRef,
    named: &Named,
    effort: &Effort,
) -> Option<(u8, u8)> {
    let mut count: NodeMap<usize> = NodeMap::default();
    for text in texts {
        for node in std::iter::once(*text).chain(text.ancestors_it(None)) {
            if !effort.look() {
                return None;
            }
            *count.entry(node.id).or_default() += 1;
        }
    }
    let (mut posts, mut comments, mut inside) = (0, 0, 0);
    let mut around = 0;
    for (number, text) in texts.iter().enumerate() {
        let mut post = *text;
        let mut found = named.of(&post);
        while let Some(above) = post.parent().filter(|a| count[&a.id] == 1 && a.id != body.id) {
            post = above;
            found |= named.of(&post);
        }
        if found & bits::POST != 0 && has_byline(&post, named, effort) {
            posts += 1;
            comments += usize::from(found & bits::COMMENT != 0);
            inside |= found & !bits::COMMENT;
        }
        if number == 0 {
            let above = post.ancestors_it(None).take_while(|above| above.id != body.id);
            around = above.fold(0, |all, above| all | named.of(&above));
        }
    }
    if comments * 2 >= posts {
        inside |= bits::COMMENT;
    }
    (posts * 2 >= texts.len()).then_some((inside, around))
}

/// Nodes of a post that are looked at for its author.
const LOOKED_AT: usize = 1000;

fn has_byline(post: &NodeRef, named: &Named, effort: &Effort) -> bool {
    post.descendants_it()
        .take(LOOKED_AT)
        .take_while(|_| effort.look())
        .filter(NodeRef::is_element)
        .any(|node| is(&node, &["time"]) || named.of(&node) & bits::BYLINE != 0)
}

/// The name that the texts of all posts of a page share.
fn signature(node: &NodeRef) -> Option<String> {
    let tag = node.node_name()?;
    let class = node.attr_or("class", "");
    let plain = |class: &&str| !class.contains(|c: char| c.is_ascii_digit());
    let mut classes: Vec<&str> = class.split_ascii_whitespace().filter(plain).take(3).collect();
    classes.sort_unstable();
    if !classes.is_empty() {
        return Some(format!("{tag}.{}", classes.join(".")));
    }
    let property = node.attr_or("itemprop", "");
    if !property.is_empty() {
        return Some(format!("{tag}@{property}"));
    }
    let id = node.attr_or("id", "");
    let letters: String = id.chars().filter(|c| !c.is_ascii_digit()).collect();
    (letters.len() < id.len()).then(|| format!("{tag}#{letters}"))
}
