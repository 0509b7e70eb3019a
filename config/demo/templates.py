"""The fourteen templates of the demo, as data: in which language, as which category, and what each said when."""

from __future__ import annotations

from providers.adapters.sandbox.telling import AUTHENTICATION, MARKETING, UTILITY, Button, Definition, Text

FOOTER = "Quill & Lantern, Whitby"

_ORDER = "https://quill-lantern.example/orders/{{1}}"
_SHOP = "https://quill-lantern.example/winter"
_TO_THE_LAMP = Button(text="Ver en la tienda", url="https://quill-lantern.example/p/{{1}}", example="lampara-alba")
_TO_THE_REVIEW = Button(text="Dar a minha opinião", url="https://quill-lantern.example/reviews/{{1}}", example="vega")

_ALL = (
    Definition(
        id=1560028841337201,
        name="order_confirmation",
        language="en_GB",
        category=UTILITY,
        texts=(
            Text(
                title="Thank you for your order",
                body="Hello {{1}}, we have received order {{2}} and are packing it now.",
                examples=("Ada", "QL-2107"),
                footer=FOOTER,
                buttons=(Button(text="See your order", url=_ORDER, example="QL-2107"),),
            ),
            Text(
                title="Thank you for your order",
                body="Hello {{1}}, we have received order {{2}} and are packing it now. It leaves our workshop by "
                "{{3}}, and we will write again when it does.",
                examples=("Ada", "QL-2107", "Friday"),
                footer=FOOTER,
                buttons=(
                    Button(text="See your order", url=_ORDER, example="QL-2107"),
                    Button(text="Call the shop", phone_number="+442079460321"),
                ),
            ),
        ),
    ),
    Definition(
        id=1560028841337202,
        name="order_confirmation",
        language="pt_BR",
        category=UTILITY,
        texts=(
            Text(
                title="Recebemos o seu pedido",
                body="Olá, {{1}}! Recebemos o pedido {{2}} e já o estamos preparando. Ele sai da nossa oficina até "
                "{{3}}, e avisaremos assim que for enviado.",
                examples=("Marina", "QL-2188", "quinta-feira"),
                footer=FOOTER,
                buttons=(Button(text="Ver o pedido", url=_ORDER, example="QL-2188"),),
            ),
        ),
    ),
    Definition(
        id=1560028841337203,
        name="parcel_on_its_way",
        language="en_GB",
        category=UTILITY,
        texts=(
            Text(
                title="Your parcel is on its way",
                body="Hello {{1}}, your parcel left us today with {{2}} and should reach you by {{3}}. While you wait, "
                "have a look at our new inks.",
                examples=("Ada", "Royal Mail", "Thursday"),
                footer=FOOTER,
                buttons=(
                    Button(text="Track parcel", url="https://quill-lantern.example/track/{{1}}", example="QL-2140"),
                ),
            ),
        ),
    ),
    Definition(
        id=1560028841337204,
        name="parcel_on_its_way",
        language="ar",
        category=UTILITY,
        texts=(
            Text(
                title="طردك في الطريق",
                body="مرحباً {{1}}{{2}}، غادر طردك مستودعنا اليوم.",
                footer=FOOTER,
                examples=("ليلى", "حداد"),
            ),
            Text(
                title="طردك في الطريق",
                body="مرحباً {{1}}، غادر طردك رقم {{2}} مستودعنا اليوم ومن المتوقع وصوله قبل {{3}}. شكراً لتسوقك معنا.",
                examples=("ليلى", "QL-2140", "يوم الخميس"),
                footer=FOOTER,
                buttons=(
                    Button(text="تتبع الطرد", url="https://quill-lantern.example/track/{{1}}", example="QL-2140"),
                ),
            ),
        ),
    ),
    Definition(
        id=1560028841337205,
        name="pickup_ready",
        language="fr",
        category=UTILITY,
        texts=(
            Text(
                title="Votre commande vous attend",
                body="Bonjour {{1}}, votre commande {{2}} est prête. Vous pouvez la retirer au comptoir jusqu'au {{3}} "
                "inclus.",
                examples=("Camille", "QL-2203", "samedi"),
                footer=FOOTER,
            ),
        ),
    ),
    Definition(
        id=1560028841337206,
        name="refund_issued",
        language="en_GB",
        category=UTILITY,
        texts=(
            Text(
                body="Hello {{1}}, we have refunded {{2}} for order {{3}}. It can take five working days to arrive.",
                examples=("Ada", "£24.50", "QL-2094"),
                footer=FOOTER,
            ),
            Text(
                body="Hello {{1}}, we have refunded {{2}} for order {{3}}. It can take five working days to arrive. "
                "To make up for it, your next order ships free.",
                examples=("Ada", "£24.50", "QL-2094"),
                footer=FOOTER,
            ),
        ),
    ),
    Definition(
        id=1560028841337207,
        name="login_code",
        language="en",
        category=AUTHENTICATION,
        texts=(
            Text(
                body="",
                buttons=(Button(text="Copy code"),),
                code_minutes=10,
            ),
        ),
    ),
    Definition(
        id=1560028841337208,
        name="winter_sale",
        language="en_GB",
        category=MARKETING,
        texts=(
            Text(
                title="The winter sale has begun",
                body="Hello {{1}}, lamps and writing sets are reduced by up to {{2}} until Sunday. The best go first, "
                "so come early!",
                examples=("Ada", "40 %"),
                footer="Reply STOP to hear no more of our offers",
                buttons=(Button(text="To the sale", url=_SHOP),),
            ),
        ),
    ),
    Definition(
        id=1560028841337209,
        name="winter_sale",
        language="fr",
        category=MARKETING,
        texts=(
            Text(
                title="Les soldes d'hiver commencent",
                body="Bonjour {{1}}, jusqu'à dimanche nos lampes et nos écritoires sont à {{2}} de moins. Les plus "
                "belles partent vite !",
                examples=("Camille", "40 %"),
                footer="Répondez STOP pour ne plus recevoir nos offres",
                buttons=(Button(text="Voir les soldes", url=_SHOP),),
            ),
        ),
    ),
    Definition(
        id=1560028841337210,
        name="back_in_stock",
        language="es",
        category=MARKETING,
        texts=(
            Text(
                title="Vuelve a estar disponible",
                body="Hola, {{1}}: {{2}} vuelve a estar en nuestra tienda.",
                examples=("Lucía", "la lámpara Alba"),
                footer=FOOTER,
                buttons=(_TO_THE_LAMP,),
            ),
            Text(
                title="Vuelve a estar disponible",
                body="Hola, {{1}}: {{2}} vuelve a estar en nuestra tienda. Quedan pocas unidades, así que no esperes "
                "mucho.",
                examples=("Lucía", "la lámpara Alba"),
                footer=FOOTER,
                buttons=(_TO_THE_LAMP,),
            ),
            Text(
                title="¡Última oportunidad!",
                body="¡Date prisa, {{1}}! {{2}} se agota hoy y no volverá. Compra ya y llévate un 15 % menos en tu "
                "segundo artículo.",
                examples=("Lucía", "La lámpara Alba"),
                footer=FOOTER,
                buttons=(_TO_THE_LAMP,),
            ),
        ),
    ),
    Definition(
        id=1560028841337211,
        name="welcome_offer",
        language="es",
        category=MARKETING,
        texts=(
            Text(
                title="Te damos la bienvenida",
                body="Hola, {{1}}{{2}}: con este código tu primer pedido lleva un cuaderno de regalo.",
                examples=("Lucía", "Ortega"),
                footer=FOOTER,
            ),
        ),
    ),
    Definition(
        id=1560028841337212,
        name="review_request",
        language="pt_BR",
        category=MARKETING,
        texts=(
            Text(
                body="Olá, {{1}}! O que você achou de {{2}}? A sua opinião ajuda outras pessoas a escolher, e leva só "
                "um minuto.",
                examples=("Marina", "a luminária Vega"),
                footer=FOOTER,
                buttons=(_TO_THE_REVIEW,),
            ),
            Text(
                body="Olá, {{1}}! Faz uma semana que você recebeu {{2}}. Se quiser, conte-nos o que achou: leva só um "
                "minuto. Para não receber outro pedido como este, responda PARAR.",
                examples=("Marina", "a luminária Vega"),
                footer=FOOTER,
                buttons=(_TO_THE_REVIEW,),
            ),
        ),
    ),
    Definition(
        id=1560028841337213,
        name="studio_newsletter",
        language="en_GB",
        category=MARKETING,
        texts=(
            Text(
                title="News from the studio",
                body="Hello {{1}}, this month at the workbench: {{2}}. See you soon!",
                examples=("Ada", "marbled paper"),
                footer=FOOTER,
            ),
            Text(
                title="News from the studio",
                body="Hello {{1}}, this month at the workbench: {{2}}. Come by on Saturday for tea and a look behind "
                "the scenes.",
                examples=("Ada", "marbled paper"),
                footer=FOOTER,
            ),
        ),
    ),
    Definition(
        id=1560028841337214,
        name="loyalty_points",
        language="ar",
        category=UTILITY,
        texts=(
            Text(
                body="مرحباً {{1}}، لديك {{2}} نقطة في بطاقة الولاء. يمكنك استبدالها قبل {{3}} بهدية صغيرة من متجرنا.",
                examples=("ليلى", "320", "نهاية الشهر"),
                footer=FOOTER,
            ),
        ),
    ),
)

TEMPLATES = {definition.key: definition for definition in _ALL}

# Written here for the sandbox, and not submitted yet.
GIFT_WRAPPING = Definition(
    id=0,  # the provider does not know it
    name="gift_wrapping_ready",
    language="en_GB",
    category=UTILITY,
    texts=(
        Text(
            title="Your gift is wrapped",
            body="Hello {{1}}, order {{2}} is wrapped and waits at the counter until {{3}}. Please bring this message "
            "with you.",
            examples=("Ada", "QL-2215", "Saturday"),
            footer=FOOTER,
        ),
    ),
)
