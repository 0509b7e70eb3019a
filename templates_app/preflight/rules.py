"""
The rules as data: how grave a breach is and who says so, what it says to people and how to mend it.

Words in braces are filled in by the checks. Nothing that no page of Meta's confirms is an error.
"""

from __future__ import annotations

from templates_app.preflight.rule import Rule, Severity, Source
from templates_app.preflight.sources import (
    CATEGORIES,
    COMPONENTS,
    LIBRARIES,
    MANAGEMENT,
    OPENAPI,
    OVERVIEW,
    PROVIDERS,
    REFERENCE,
    REPORTS,
    REVIEW,
    WEBHOOK,
)

ERROR, WARNING, HINT = Severity

_TABLE: dict[tuple[str, Severity, Source], tuple[str, str]] = {
    # The whole
    ("name_pattern", ERROR, MANAGEMENT): (
        "A name consists of lower-case letters a to z, digits and underscores.",
        "Write it like {suggestion}.",
    ),
    ("name_length", ERROR, MANAGEMENT): (
        "The name has {length} characters; {limit} are allowed.",
        "Choose a shorter name.",
    ),
    ("language_missing", ERROR, REFERENCE): ("The template names no language.", "Name one, such as en_US or es."),
    ("language_unknown", WARNING, LIBRARIES): (
        "{language} is not among the languages that WhatsApp is known to take; codes are exact to the letter.",
        "{suggestion}",
    ),
    ("category_unknown", ERROR, CATEGORIES): (
        "{category} is no category that can be asked for.",
        "Choose UTILITY, MARKETING or AUTHENTICATION.{suggestion}",
    ),
    ("parameter_format_unknown", ERROR, OVERVIEW): (
        "The format of the variables is {format}.",
        "Choose POSITIONAL or NAMED.",
    ),
    ("template_limit", ERROR, OVERVIEW): (
        "The account has {count} templates and may have {limit}; each language counts.",
        "Delete templates that nobody sends any more.",
    ),
    ("template_limit_unverified", WARNING, OVERVIEW): (
        "The account has {count} templates; an unverified business may have {limit}, and each language counts.",
        "Verify the business, or delete templates that nobody sends any more.",
    ),
    ("ttl_range", ERROR, LIBRARIES): (
        "A message of this category lives for {low} to {high} seconds{or_else}.",
        "Give a number of seconds in that range, or leave it out.",
    ),
    ("duplicate_text", ERROR, REVIEW): (
        "Body and footer say the same as {other}; Meta rejects a text that the account has already.",
        "Word the body or the footer differently, or use {other}.",
    ),
    ("component_type_missing", ERROR, COMPONENTS): ("A component does not say its type.", "Give it a type."),
    ("component_unknown", HINT, COMPONENTS): (
        "{kind} is a component that is not known here; it is kept as it is and was not checked.",
        "Check it against Meta's own page.",
    ),
    ("component_repeated", ERROR, COMPONENTS): ("There is more than one {kind}.", "Keep one of them."),
    ("body_missing", ERROR, COMPONENTS): ("There is no BODY; every template needs one.", "Add a body with the text."),
    ("call_permission_alone", ERROR, COMPONENTS): (
        "A request for permission to call cannot stand with {kind}.",
        "Take out {kind}, or ask in a template of its own.",
    ),
    # Header
    ("header_format_missing", ERROR, COMPONENTS): (
        "The header does not say its format.",
        "Say TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.",
    ),
    ("header_format_unknown", HINT, COMPONENTS): (
        "{format} is a format of headers that is not known here; it is kept as it is and was not checked.",
        "Check it against Meta's own page.",
    ),
    ("header_text_missing", ERROR, COMPONENTS): ("The header has no text.", "Write one, or take the header out."),
    ("header_length", ERROR, COMPONENTS): (
        "The header has {length} characters; {limit} are allowed.",
        "Shorten it by {over}.",
    ),
    ("header_variables", ERROR, COMPONENTS): (
        "The header has {count} variables; one is allowed.",
        "Move the others into the body.",
    ),
    ("header_plain", WARNING, PROVIDERS): (
        "The header holds {what}; providers report that Meta refuses it there.",
        "Keep the header plain.",
    ),
    ("header_example", ERROR, COMPONENTS): (
        "A header of the format {format} needs an example of its file.",
        "Upload one and put its handle into example.header_handle.",
    ),
    ("header_handle", WARNING, COMPONENTS): (
        "The example looks like the id of a media file; Meta takes a handle of the Resumable Upload API.",
        "Upload the file there and use its handle.",
    ),
    ("header_gif", HINT, COMPONENTS): (
        "A GIF (an mp4 file) can be sent only through the Marketing Messages API.",
        "Use a video if it shall go the usual way.",
    ),
    ("header_location", ERROR, COMPONENTS): (
        "A location may head only utility and marketing templates.",
        "Take the header out.",
    ),
    ("header_product", ERROR, COMPONENTS): (
        "A product may head only single-product templates and the cards of a carousel.",
        "Add a button of the type SPM, or choose another header.",
    ),
    # Body and footer
    ("body_text_missing", ERROR, COMPONENTS): ("The body has no text.", "Write the text."),
    ("body_length", ERROR, COMPONENTS): (
        "The body has {length} characters; {limit} are allowed here.",
        "Shorten it by {over}.",
    ),
    ("body_emoji", WARNING, PROVIDERS): (
        "The body has {count} emoji; some providers report that {limit} are allowed.",
        "Use fewer.",
    ),
    ("body_newlines", HINT, PROVIDERS): (
        "More than two new lines follow each other; some providers report that Meta refuses it.",
        "Leave one empty line at most.",
    ),
    ("footer_text_missing", ERROR, COMPONENTS): ("The footer has no text.", "Write one, or take the footer out."),
    ("footer_length", ERROR, COMPONENTS): (
        "The footer has {length} characters; {limit} are allowed.",
        "Shorten it by {over}.",
    ),
    ("footer_variable", ERROR, COMPONENTS): ("A footer cannot hold variables.", "Move the variable into the body."),
    ("footer_emoji", WARNING, PROVIDERS): (
        "The footer holds an emoji; providers report that Meta refuses it there.",
        "Take it out.",
    ),
    # Variables
    ("variable_braces", ERROR, REVIEW): (
        "{text} is no variable: its braces do not match, or it holds other signs than letters, digits and _.",
        "Write it like {{{{1}}}} or {{{{first_name}}}}.",
    ),
    ("variable_kind", ERROR, OVERVIEW): (
        "{variable} does not fit the format {format}: a template has either numbers or names.",
        "Use {other} throughout, or choose the other format.",
    ),
    ("variable_gap", ERROR, REVIEW): (
        "The variables of this text are {variables}; they must count from {{{{1}}}} without a gap.",
        "Number them from 1 to {count}.",
    ),
    ("variable_order", ERROR, OVERVIEW): (
        "The variables come as {variables}; they must come in the order of their numbers.",
        "Number them in the order in which they are read.",
    ),
    ("variable_name", ERROR, OVERVIEW): (
        "{variable} is not a name that Meta takes: lower-case letters and underscores.",
        "Write it like {suggestion}.",
    ),
    ("variable_name_digits", WARNING, OVERVIEW): (
        "{variable} holds a digit; Meta lists only lower-case letters and underscores.",
        "Spell the number out.",
    ),
    ("variable_name_taken", ERROR, OVERVIEW): (
        "{variable} stands in {other} already; a name must be unique in the template.",
        "Give it another name here.",
    ),
    ("variable_repeated", HINT, REPORTS): (
        "{variable} stands more than once in this text, and names must be unique; whether that includes this is open.",
        "Give the second one a name of its own.",
    ),
    ("variable_example", ERROR, COMPONENTS): (
        "{variable} has no example; the people who review the template want to see one.",
        "Give an example of what will stand there.",
    ),
    ("example_surplus", WARNING, COMPONENTS): (
        "There is an example for {variable}, which this text does not hold.",
        "Take the example out.",
    ),
    ("body_variable_edge", ERROR, REVIEW): (
        "The text {edge} with the variable {variable} (error 2388299).",
        "Put words {side} it.",
    ),
    ("header_variable_edge", WARNING, REVIEW): (
        "The header {edge} with the variable {variable}; Meta says it of the text and leaves open whether of headers.",
        "Put words {side} it.",
    ),
    ("variable_adjacent", ERROR, WEBHOOK): (
        "{variables} follow each other with no words between them.",
        "Put words between them.",
    ),
    ("variable_ratio", WARNING, REPORTS): (
        "{words} words for {count} variables; Meta refuses too many (error 2388293). Many count on {ratio} for each.",
        "Add words, or take variables out.",
    ),
    # Buttons
    ("buttons_missing", ERROR, COMPONENTS): ("BUTTONS holds no button.", "Add one, or take BUTTONS out."),
    ("buttons_count", ERROR, COMPONENTS): ("There are {count} buttons; {limit} are allowed.", "Take {over} out."),
    ("buttons_of_kind", ERROR, COMPONENTS): (
        "There are {count} buttons of the type {kind}; {limit} may stand in a template.",
        "Take {over} out.",
    ),
    ("buttons_grouping", ERROR, COMPONENTS): (
        "Quick replies must stand together, before or after all other buttons.",
        "Move the quick replies to one end.",
    ),
    ("buttons_many", HINT, COMPONENTS): (
        'Of more than three buttons the app shows two, and the others behind "See all options".',
        "Put the two that matter first.",
    ),
    ("buttons_desktop", HINT, REPORTS): (
        "More than three buttons, or quick replies beside other buttons, may not show on a computer.",
        "Use fewer buttons, or one kind, if people read it there.",
    ),
    ("button_type_missing", ERROR, COMPONENTS): ("A button does not say its type.", "Give it a type."),
    ("button_unknown", HINT, COMPONENTS): (
        "{kind} is a button that is not known here; it is kept as it is and was not checked.",
        "Check it against Meta's own page.",
    ),
    ("button_label_missing", ERROR, COMPONENTS): ("The button has no label.", "Write what a tap on it does."),
    ("button_label_length", ERROR, COMPONENTS): (
        "The label has {length} characters; {limit} are allowed.",
        "Shorten it by {over}.",
    ),
    ("button_label_variable", WARNING, COMPONENTS): (
        "A label holds no variables: its braces are shown as they are, or refused.",
        "Write a label that fits everybody.",
    ),
    ("link_missing", ERROR, COMPONENTS): ("The button has no link.", "Give the URL that it opens."),
    ("link_length", ERROR, COMPONENTS): ("The link has {length} characters; {limit} are allowed.", "Shorten it."),
    ("link_variables", ERROR, COMPONENTS): (
        "The link has {count} variables; one is allowed.",
        "Keep the last one and build the rest into it.",
    ),
    ("link_variable_end", ERROR, COMPONENTS): (
        "The variable of a link stands at its very end.",
        "Move {variable} to the end of the link.",
    ),
    ("link_variable_named", WARNING, LIBRARIES): (
        "{variable} is a name; links are numbered in both formats, as far as Meta's examples show.",
        "Write {{{{1}}}}.",
    ),
    ("link_example", ERROR, COMPONENTS): (
        "The link has a variable and no example.",
        "Give a whole link, or what stands for the variable, as example.",
    ),
    ("phone_missing", ERROR, COMPONENTS): ("The button has no phone number.", "Give the number that it calls."),
    ("phone_length", ERROR, COMPONENTS): (
        "The phone number has {length} characters; {limit} are allowed.",
        "Write it with + and digits alone.",
    ),
    ("coupon_missing", ERROR, COMPONENTS): ("The button has no example of its code.", "Give one as example."),
    ("coupon_length", ERROR, COMPONENTS): (
        "The example of the code has {length} characters; {limit} are allowed here.",
        "Use a shorter code.",
    ),
    ("coupon_long", WARNING, LIBRARIES): (
        "The example of the code has {length} characters; one source allows 20, another {limit}.",
        "Use a shorter code.",
    ),
    ("flow_reference", ERROR, COMPONENTS): (
        "A flow is named in exactly one way; this button names it in {count}.",
        "Keep one of flow_id, flow_name and flow_json.",
    ),
    ("flow_screen", WARNING, LIBRARIES): (
        "The button leads to a screen and does not say which; sources differ on whether Meta takes the first one.",
        "Name it in navigate_screen.",
    ),
    ("voice_call_ttl", ERROR, COMPONENTS): (
        "A call button works for {low} to {high} minutes.",
        "Give ttl_minutes in that range, or leave it out.",
    ),
    # Carousels and offers
    ("marketing_only", ERROR, COMPONENTS): ("{what} may stand only in MARKETING.", "Ask for MARKETING."),
    ("carousel_cards", ERROR, COMPONENTS): (
        "The carousel has {count} cards; {low} to {high} are allowed.",
        "Add cards, or take some out.",
    ),
    ("carousel_shape", ERROR, COMPONENTS): (
        "This card differs from the first: all cards need the same parts, header and buttons in the same order.",
        "Give every card the same shape.",
    ),
    ("card_header", ERROR, COMPONENTS): (
        "A card needs a header with a picture, a video or a product.",
        "Give it a header of the format IMAGE, VIDEO or PRODUCT.",
    ),
    ("card_buttons", ERROR, COMPONENTS): (
        "The card has {count} buttons; {limit} are allowed on it.",
        "Take {over} out.",
    ),
    ("card_button_kind", ERROR, COMPONENTS): (
        "A button of the type {kind} cannot stand on this card.",
        "Use {allowed}.",
    ),
    ("offer_text_missing", ERROR, COMPONENTS): ("The limited-time offer has no text.", "Write what is offered."),
    ("offer_text_length", ERROR, COMPONENTS): (
        "The text of the offer has {length} characters; {limit} are allowed.",
        "Shorten it by {over}.",
    ),
    ("offer_expiration", ERROR, COMPONENTS): (
        "has_expiration says whether the offer ends: true or false.",
        "Write true or false.",
    ),
    ("offer_footer", ERROR, COMPONENTS): (
        "A template with an offer cannot have a footer.",
        "Take it out.",
    ),
    ("offer_header", ERROR, COMPONENTS): (
        "Only a picture or a video may head a limited-time offer.",
        "Choose IMAGE or VIDEO.",
    ),
    # One-time codes
    ("code_text", ERROR, CATEGORIES): (
        "Meta writes the {kind} of an authentication template itself.",
        "Take the text out; {option} is what can be chosen.",
    ),
    ("code_read_back", HINT, LIBRARIES): (
        "This is how Meta shows an approved authentication template; it cannot be submitted in this form.",
        "To submit it, leave the texts out and use one button of the type OTP.",
    ),
    ("code_parts", ERROR, LIBRARIES): (
        "An authentication template has a body, a footer and one button; {kind} cannot stand in it.",
        "Take {kind} out.",
    ),
    ("code_button", ERROR, LIBRARIES): (
        "An authentication template needs exactly one button, of the type OTP.",
        "Give it one such button and no other.",
    ),
    ("code_expiration", ERROR, OPENAPI): (
        "A code expires after {low} to {high} minutes.",
        "Give code_expiration_minutes as a whole number in that range.",
    ),
    ("code_kind", ERROR, OPENAPI): (
        "The button does not say how the code is taken over.",
        "Say {allowed} in otp_type.",
    ),
    ("code_apps", ERROR, OPENAPI): (
        "The button names {count} apps that take the code over; {low} to {high} are needed.",
        "Name them in supported_apps.",
    ),
    ("code_app_package", ERROR, OPENAPI): (
        "The package name of an app is missing or longer than {limit} characters.",
        "Give its package_name.",
    ),
    ("code_app_hash", ERROR, OPENAPI): (
        "The signature hash of an app must have exactly {length} characters.",
        "Give its signature_hash.",
    ),
    ("code_zero_tap", ERROR, OPENAPI): (
        "A code without a tap needs the terms for it to be accepted.",
        "Set zero_tap_terms_accepted to true once you have read them.",
    ),
    ("code_elsewhere", ERROR, CATEGORIES): (
        "{what} belongs to authentication templates alone.",
        "Take it out, or ask for AUTHENTICATION.",
    ),
    # The risk that Meta counts it in a dearer category
    ("promotional_words", WARNING, CATEGORIES): (
        '"{words}" reads as promotion; Meta may approve the template as MARKETING.',
        "Say only what the person needs to know, or ask for MARKETING.",
    ),
    ("coupon_in_utility", WARNING, CATEGORIES): (
        "A code to copy reads as promotion; Meta may approve it as MARKETING.",
        "Take it out, or ask for MARKETING.",
    ),
    ("unclear_text", WARNING, CATEGORIES): (
        "The body does not say what it is about without its variables; Meta counts what is unclear as MARKETING.",
        "Say in fixed words what the message is about.",
    ),
}

RULES = {
    name: Rule(id=name, severity=severity, source=source, says=says, fix=fix)
    for (name, severity, source), (says, fix) in _TABLE.items()
}
