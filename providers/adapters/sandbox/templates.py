"""The templates that the sandbox's stories are about, as data. The shop, its addresses and its offers are made up."""

from __future__ import annotations

from providers.adapters.sandbox.telling import MARKETING, UTILITY, Button, Definition, Text

FOOTER = "Lantern Lane Store"
STOP = "Reply STOP to hear no more of our offers"
_SHOP = "https://store.example/offers"

ORDER_RECEIVED = Definition(
    id=9100000000000101,
    name="order_received",
    language="en_US",
    category=UTILITY,
    texts=(
        Text(
            title="Thank you for your order",
            body="Hello {{1}}, we have received order {{2}} and are packing it now.",
            examples=("Grace", "48213"),
            footer=FOOTER,
            buttons=(Button(text="See your order", url="https://store.example/orders/{{1}}", example="48213"),),
        ),
    ),
)
DELIVERY_TOMORROW = Definition(
    id=9100000000000102,
    name="delivery_tomorrow",
    language="en_US",
    category=UTILITY,
    texts=(
        Text(
            title="Your parcel comes tomorrow",
            body="Hello {{1}}, parcel {{2}} is on the van tomorrow between {{3}} and {{4}}. Reply here if nobody is "
            "at home.",
            examples=("Grace", "7731", "9:00", "11:00"),
            footer=FOOTER,
        ),
    ),
)
LOYALTY_GIFT = Definition(
    id=9100000000000103,
    name="loyalty_gift",
    language="en_US",
    category=MARKETING,
    texts=(
        Text(
            title="A gift for you",
            body="Hello {{1}}{{2}}, a small gift waits for you with your next order.",
            examples=("Grace", "Lee"),
            footer=FOOTER,
        ),
    ),
)
WEEKLY_OFFERS = Definition(
    id=9100000000000201,
    name="weekly_offers",
    language="en_US",
    category=MARKETING,
    texts=(
        Text(
            title="This week at the store",
            body="Hello {{1}}, every lamp is {{2}} cheaper this week!!! Buy now, tell your friends and buy again!",
            examples=("Grace", "15 %"),
            footer=STOP,
            buttons=(Button(text="To the offers", url=_SHOP),),
        ),
        Text(
            title="This week at the store",
            body="Hello {{1}}, you asked to hear of lamps: {{2}} of them are reduced until Sunday.",
            examples=("Grace", "twelve"),
            footer=STOP,
            buttons=(Button(text="To the offers", url=_SHOP),),
        ),
    ),
)
FLASH_SALE = Definition(
    id=9100000000000202,
    name="flash_sale",
    language="en_US",
    category=MARKETING,
    texts=(
        Text(
            title="Only today",
            body="Hello {{1}}, LAST CHANCE: {{2}} off everything, only for the next {{3}} hours. Do not miss it again!",
            examples=("Grace", "30 %", "six"),
            footer=STOP,
            buttons=(Button(text="Buy now", url=_SHOP),),
        ),
        Text(
            title="Our sale ends today",
            body="Hello {{1}}, the sale that you follow ends today at {{2}}. What you had in your basket is still "
            "there.",
            examples=("Grace", "20:00"),
            footer=STOP,
            buttons=(Button(text="To your basket", url="https://store.example/basket"),),
        ),
    ),
)
APPOINTMENT = Definition(
    id=9100000000000301,
    name="appointment_reminder",
    language="en_US",
    category=UTILITY,
    texts=(
        Text(
            body="Hello {{1}}, we see you on {{2}} at {{3}} for your lamp repair. While you wait, have a look at our "
            "new shades: there is 10% off for you.",
            examples=("Grace", "Tuesday", "10:30"),
            footer=FOOTER,
        ),
    ),
)
BRANCHES = tuple(
    Definition(
        id=9100000000001000 + number,
        name=f"branch_news_{number:03}",
        language="en_US",
        category=MARKETING,
        texts=(
            Text(
                body=f"Hello {{{{1}}}}, our branch number {number} has something new for you: {{{{2}}}}. Come and see!",
                examples=("Grace", "a shelf of paper lanterns"),
                footer=STOP,
            ),
        ),
    )
    for number in range(1, 501)
)
