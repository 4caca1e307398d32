//! Owns: the posts of a thread: a discussion in a forum, questions and their answers. Never: the
//! comments below an article.

use crate::ingest::web::inline_or_block::{Effort, is};
use crate::ingest::web::metadata::PageMetadata;
use crate::ingest::web::names;
use crate::ingest::web::node_map::NodeMap;
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, TextAmounts};
use dom_query::{Document, NodeId, NodeRef};
use std::collections::{BTreeMap, HashSet};

/// The number of posts from which a page is a thread.
const POSTS: usize = 2;

/// Elements that have less than one of so many bytes of a page are not its posts.
const LEAST: usize = 16;

/// Words in the names of a post, which is an element with the text, the author and the date.
const POST: [&str; 18] = [
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
    "item",
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
const BYLINE: [&str; 22] = [
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
    "age",
    "tagline",
    "member",
    "owner",
    "name",
];

/// Words in the names of comments.
const COMMENT: [&str; 6] = ["comment", "comments", "commentbody", "review", "reviews", "replies"];

/// Words in the names of a thread.
const THREAD: [&str; 11] = [
    "thread",
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

/// A group of elements of one name that are the texts of posts.
struct Group<'a> {
    texts: Vec<NodeRef<'a>>,
    /// Bytes of the texts outside links.
    plain: usize,
    /// Whether they are named as comments.
    comments: bool,
}

/// The texts of the posts of a page in their order, where the page is a thread. `asked`: whether
/// the user says that it is one.
pub(super) fn posts<'a>(
    page: &'a Document,
    about: &PageMetadata,
    asked: bool,
) -> Option<Vec<NodeRef<'a>>> {
    let amounts = TextAmounts::of(page);
    let body = page.body()?;
    let all = amounts.get(&body).plain();
    let (comments, posts): (Vec<Group>, Vec<Group>) =
        groups(page, &body, &amounts).into_iter().partition(|group| group.comments);
    if let Some(group) = chosen(posts) {
        let forum = is_forum(&group, &body, &THREAD);
        let least = if forum { all / 6 } else { all / 3 };
        if asked || (group.plain >= least && (forum || !about.article)) {
            return Some(group.texts);
        }
    }
    let group = chosen(comments)?;
    let outside = all.saturating_sub(group.plain);
    let alone = outside < INDEPENDENT_TEXT || outside * 2 < group.plain;
    let forum = group.plain * 3 >= all && is_forum(&group, &body, &THREAD[1..]);
    let is_thread = if about.article { alone && forum } else { alone || forum };
    (asked || is_thread).then_some(group.texts)
}

/// Whether the names of posts, and of what is around them, are those of a forum.
fn is_forum(group: &Group, body: &NodeRef, words: &[&str]) -> bool {
    let names: HashSet<String> =
        group.texts.iter().take(2).flat_map(|text| names_above(text, body)).collect();
    words.iter().any(|word| names.contains(*word))
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
    let mut found: BTreeMap<String, Vec<NodeRef>> = BTreeMap::new();
    for node in body.descendants_it().filter(NodeRef::is_element) {
        if !is(&node, &["div", "td", "section", "article", "p", "blockquote", "span", "li", "dd"])
            || amounts.get(&node).plain() == 0
        {
            continue;
        }
        let words = words(&node);
        if names::any(&words, &TEXT)
            && !names::any(&words, &NOT_TEXT)
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
        Some(Group { comments: are_posts(&texts, body, &effort)?, texts, plain })
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
/// returns whether the names are those of comments.
fn are_posts(texts: &[NodeRef], body: &NodeRef, effort: &Effort) -> Option<bool> {
    let mut count: NodeMap<usize> = NodeMap::default();
    for text in texts {
        *count.entry(text.id).or_default() += 1;
        text.ancestors_it(None).for_each(|above| *count.entry(above.id).or_default() += 1);
    }
    let (mut posts, mut comments) = (0, 0);
    for text in texts {
        let mut post = *text;
        let mut found = words(&post);
        while let Some(above) = post.parent().filter(|a| count[&a.id] == 1 && a.id != body.id) {
            post = above;
            found.extend(words(&post));
        }
        let is_post = names::any(&found, &POST) && has_byline(&post, effort);
        posts += usize::from(is_post);
        comments += usize::from(is_post && names::any(&found, &COMMENT));
    }
    (posts * 2 >= texts.len()).then_some(comments * 2 >= posts)
}

/// Nodes of a post that are looked at for its author.
const LOOKED_AT: usize = 1000;

fn has_byline(post: &NodeRef, effort: &Effort) -> bool {
    post.descendants_it()
        .take(LOOKED_AT)
        .take_while(|_| effort.look())
        .filter(NodeRef::is_element)
        .any(|node| is(&node, &["time"]) || names::any(&words(&node), &BYLINE))
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

/// The words in the names of an element.
fn words(node: &NodeRef) -> Vec<String> {
    names::words(node, &["class", "id", "itemprop", "component", "data-component"])
}

/// The words in the names of an element and of those around it, up to the root.
fn names_above(node: &NodeRef, body: &NodeRef) -> Vec<String> {
    let mut all = words(node);
    for above in node.ancestors_it(None) {
        all.extend(words(&above));
        names::split(&above.attr_or("itemtype", ""), &mut all);
        if above.id == body.id {
            break;
        }
    }
    all
}
