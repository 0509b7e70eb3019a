"""Words that read as promotion, in five languages, and words that only look like them."""

from __future__ import annotations

import pytest

from templates_app.preflight.category import promotional
from templates_app.preflight.lexicons import HARMLESS, PROMOTIONAL


def hits(language: str, text: str) -> list[str]:
    return [text[start:end] for start, end in promotional(text, language=language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Your parcel left us. While you wait, get 10% off!", ["10% off"]),
        ("en", "Take {{2}} off and BUY NOW.", ["{{2}} off", "BUY NOW"]),
        ("en", "Don’t miss our new collection", ["Don’t miss", "new collection"]),
        ("en", "Please take our survey and rate us", ["survey", "rate us"]),
        ("en", "Congratulations! Refer a friend.", ["Congratulations", "Refer a friend"]),
        ("en", "Only $5 off this time", ["$5 off"]),
        ("es", "¡Ultima OPORTUNIDAD! Usa tu cupon de DESCUENTO", ["Ultima OPORTUNIDAD", "cupon", "DESCUENTO"]),
        ("es", "Feliz cumpleaños, tenemos un regalo", ["Feliz cumpleaños", "un regalo"]),
        ("fr", "Profitez de nos soldes, jetez un œil à nos lampes", ["Profitez", "soldes", "jetez un œil à nos"]),
        ("fr", "Une remise de 10 % sur tout", ["Une remise"]),
        ("pt", "Aproveite a promocao: frete grátis", ["Aproveite", "promocao", "frete grátis"]),
        ("pt", "Indique e ganhe! Responda à pesquisa", ["Indique e ganhe", "Responda à pesquisa"]),
        ("ar", "احصل على خَصْم 20٪ من متجرنا", ["على خَصْم"]),
        ("ar", "استفد من العروض والهدايا", ["العروض", "والهدايا"]),
        ("ar", "اشترِ الآن قبل نفاد الكمية", ["اشترِ الآن"]),
    ],
)
def test_promotion_is_found_where_it_stands(language, text, expected):
    assert hits(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Hello {{1}}, we have received order {{2}} and are packing it now. Thank you for your order."),
        ("en", "Your job offer letter is ready. Do not miss your appointment at our point of sale."),
        ("en", "Wholesale offices are closed; the salesman offered to call."),
        ("en", "The alarm is off. 2 officers are on their way."),
        ("es", "Su pedido sale de nuestro almacén mañana; va referido al número {{1}}."),
        ("es", "No te pierdas tu cita del {{1}}."),
        ("fr", "La remise en main propre du colis a lieu le {{1}}. Ne manquez pas votre rendez-vous."),
        ("pt", "O seu pedido {{1}} sai da nossa oficina amanhã. Não perca a sua consulta."),
        ("ar", "تم خصم المبلغ {{1}} من حسابك. يمكنك عرض الطلب."),
        ("ar", "لا تفوت موعدك غدا"),
        ("de", "Jetzt kaufen, 10% Rabatt, sale"),
        ("", "sale"),
    ],
)
def test_what_only_looks_like_promotion_is_spared(language, text):
    assert hits(language, text) == []


def test_every_language_has_both_lists():
    assert set(PROMOTIONAL) == set(HARMLESS) == {"ar", "en", "es", "fr", "pt"}


@pytest.mark.parametrize("language", PROMOTIONAL)
def test_each_phrase_finds_itself(language):
    phrases = [" ".join(phrase.split()) for phrase in PROMOTIONAL[language].split(",")]
    written = [phrase.replace("*", "").replace("#", "20%") for phrase in phrases]

    assert [phrase for phrase in written if not hits(language, f"x {phrase} x")] == []
