"""
Words and phrases that read as promotion, by language, as data.

`*` stands for any ending of a word, `#` for a number or a variable with or without a percent sign. Case and accents
make no difference; Arabic words may carry an article and short particles, and need no vowel signs. What is in HARMLESS
holds such a word and is no promotion.
"""

from __future__ import annotations

PROMOTIONAL = {
    "en": """
        discount*, # off, special offer*, offer, offers, limited time, limited-time, sale, clearance, deals, best deal*,
        great deal, promo, promos, promotion, promotions, promotional, coupon*, voucher*, half price, half-price,
        best price*, lowest price*, price drop, reduced by, cheaper, black friday, cyber monday, buy # get #,
        buy one get one, free gift, gift for you, small gift, free shipping, ships free, free delivery, free trial,
        for free, get # free, buy now, buy again, shop now, order now, book now, subscribe now, upgrade now,
        upgrade your plan, upgrade today, don't miss, do not miss, hurry, last chance, while stocks last,
        while supplies last, limited stock, only today, today only, ends soon, new collection*, new arrival*, new range,
        have a look at our, take a look at our, check out our, discover our, explore our, introducing our,
        you might like, you might also like, you may like, you may also like, you'll love, you will love,
        recommended for you, recommendations for you, just for you, exclusive offer*, exclusive deal*, exclusive access,
        exclusively for you, referral*, refer a friend, refer your friends, invite a friend, invite your friends,
        tell your friends, bring a friend, rate us, rate your experience, rate our, leave a review, leave us a review,
        write a review, survey*, share your feedback, happy birthday, birthday treat, happy anniversary,
        merry christmas, happy holidays, happy new year, season's greetings, thank you for being, thanks for being,
        congratulations, congrats, you have won, you've won, prize, prizes, giveaway*, sweepstake*, lucky draw,
        we miss you, we missed you, come back soon, left in your cart, left in your basket, left something in your,
        items in your cart, items in your basket, still in your cart, still in your basket, waiting in your cart,
        abandoned cart, complete your purchase, install our app, try our app, download our app, get our app, renew now,
        renew today, renew your subscription, renew your membership, loyalty points, loyalty card, loyalty programme,
        loyalty program, reward points, bonus points, earn points, earn # points, redeem your points, cashback,
        cash back, as an apology, to make up for it, to make it up to you, store credit, on the house, newsletter,
        sign up for our, join our, follow us on
    """,
    "es": """
        descuento*, rebaja, rebajas, rebajado*, oferta, ofertas, promoción, promociones, promo, promocional*, cupón,
        cupones, vale de regalo, tarjeta de regalo, envío gratis, gratis por tu compra, de regalo, un regalo,
        regalo para ti, prueba gratis, prueba gratuita, mes gratis, meses gratis, mitad de precio, mejor precio,
        mejores precios, más barato*, dos por uno, 2x1, 3x2, cashback, black friday, compra ahora, compra ya,
        compre ahora, compre ya, pide ahora, reserva ahora, reserve ahora, suscríbete, no te pierdas, no te lo pierdas,
        no se pierda, no se lo pierda, date prisa, última oportunidad, últimas unidades, quedan pocas, quedan pocos,
        hasta agotar existencias, solo hoy, tiempo limitado, nueva colección, novedades, recién llegado*,
        descubre nuestr*, descubra nuestr*, conoce nuestr*, conozca nuestr*, echa un vistazo a nuestr*, mira nuestr*,
        te puede gustar, te podría gustar, podría gustarte, le puede gustar, te va a encantar, te encantará,
        recomendado para ti, recomendaciones para ti, solo para ti, exclusivo para ti, programa de referidos,
        recomienda a un amigo, recomiéndanos, invita a un amigo, invita a tus amigos, trae a un amigo, califícanos,
        califíquenos, valóranos, valórenos, califica tu experiencia, deja una reseña, déjanos una reseña,
        déjanos tu opinión, tu opinión nos importa, encuesta*, feliz cumpleaños, feliz aniversario, feliz navidad,
        feliz año nuevo, felices fiestas, felicidades, felicitaciones, enhorabuena, has ganado, ha ganado, ganaste,
        premio, premios, sorteo*, te extrañamos, te echamos de menos, vuelve pronto, en tu carrito, en su carrito,
        carrito abandonado, en tu cesta, completa tu compra, termina tu compra, descarga nuestra app*,
        instala nuestra app*, prueba nuestra app*, descarga nuestra aplicación, renueva ahora, renueva ya, renueva hoy,
        renueva tu suscripción, puntos de fidelidad, tarjeta de fidelidad, programa de fidelidad, programa de lealtad,
        canjea tus puntos, acumula puntos, como disculpa, para compensarte, para compensarle
    """,
    "fr": """
        soldes, promo, promos, promotion, promotions, promotionnel*, remises, une remise, remise de #, # de remise,
        réduction, réductions, rabais, # de moins, offre, offres, bon plan, bons plans, bon d'achat, bons d'achat,
        coupon*, livraison offerte, livraison gratuite, frais de port offerts, offert, offerte, offerts, offertes,
        cadeau, cadeaux, essai gratuit, mois gratuit*, moitié prix, meilleur prix, meilleurs prix, moins cher*,
        vente privée, ventes privées, vente flash, ventes flash, black friday, achetez maintenant, acheter maintenant,
        commandez maintenant, commandez vite, réservez maintenant, abonnez-vous, profitez, ne manquez pas, ne ratez pas,
        dépêchez-vous, dernière chance, derniers jours, dans la limite des stocks, durée limitée,
        aujourd'hui seulement, nouvelle collection, nouveautés, nouvel arrivage, découvrez nos, découvrez notre,
        jetez un œil à nos, jetez un œil à notre, vous aimerez, vous allez adorer, pourrait vous plaire,
        pourraient vous plaire, recommandé pour vous, rien que pour vous, spécialement pour vous, parrain*,
        invitez un ami, invitez vos amis, notez-nous, évaluez-nous, notez votre expérience, laissez un avis,
        laissez-nous un avis, donnez votre avis, donnez-nous votre avis, votre avis nous, votre avis compte, sondage*,
        enquête de satisfaction, joyeux anniversaire, bon anniversaire, joyeux noël, bonne année, joyeuses fêtes,
        félicitations, vous avez gagné, tirage au sort, jeu concours, jeu-concours, vous nous manquez, revenez vite,
        dans votre panier, panier abandonné, finalisez votre achat, finalisez votre commande, téléchargez notre appli*,
        installez notre appli*, essayez notre appli*, renouvelez maintenant, renouvelez dès maintenant,
        renouvelez votre abonnement, points de fidélité, programme de fidélité, carte de fidélité, cumulez des points,
        pour nous faire pardonner, à titre de dédommagement, geste commercial
    """,
    "pt": """
        desconto*, oferta, ofertas, promoção, promoções, promo, promocional, promocionais, cupom, cupons, cupão, cupões,
        vale-presente, liquidação, saldos, queima de estoque, frete grátis, portes grátis, envio grátis, entrega grátis,
        brinde, brindes, um presente, presente para você, teste grátis, experimente grátis, mês grátis, meses grátis,
        metade do preço, melhor preço, melhores preços, mais barato*, leve # pague #, cashback, black friday,
        compre agora, compre já, peça agora, peça já, reserve agora, assine agora, assine já, aproveite, não perca,
        corra, última chance, última oportunidade, últimas unidades, só hoje, apenas hoje, tempo limitado,
        enquanto durarem os estoques, nova coleção, novidades, conheça noss*, conheça a noss*, conheça as noss*,
        conheça o noss*, conheça os noss*, descubra noss*, descubra a noss*, descubra o noss*, confira noss*,
        confira as noss*, confira os noss*, você pode gostar, você vai adorar, você vai amar, recomendado para você,
        só para você, especial para você, exclusivo para você, indique um amigo, indique e ganhe, convide um amigo,
        convide seus amigos, convide os seus amigos, programa de indicação, avalie-nos, nos avalie,
        avalie sua experiência, avalie a sua experiência, deixe sua avaliação, deixe a sua avaliação,
        deixe sua opinião, deixe a sua opinião, pesquisa de satisfação, responda à pesquisa, inquérito*,
        feliz aniversário, feliz natal, feliz ano novo, boas festas, parabéns, você ganhou, sorteio*, prêmio, prêmios,
        sentimos sua falta, sentimos a sua falta, no seu carrinho, no carrinho, carrinho abandonado,
        finalize sua compra, finalize a sua compra, conclua sua compra, conclua a sua compra, baixe nosso app*,
        baixe o nosso app*, baixe nosso aplicativo, baixe o nosso aplicativo, instale nosso app*, instale o nosso app*,
        experimente nosso app*, descarregue a nossa app*, renove agora, renove já, renove hoje, renove sua assinatura,
        pontos de fidelidade, cartão de fidelidade, programa de fidelidade, acumule pontos, troque seus pontos,
        resgate seus pontos, como pedido de desculpas, para compensar você
    """,
    "ar": """
        خصم #, # خصم, خصم خاص, خصم حصري, خصم يصل, على خصم, كود خصم, رمز خصم, كود الخصم, رمز الخصم, خصومات, خصوماتنا,
        تخفيض, تخفيضات, تنزيلات, عروض, عروضنا, عرض خاص, عرض حصري, عرض محدود, عرض لفترة, لفترة محدودة, لوقت محدود,
        كوبون*, قسيمة, قسائم, رمز ترويجي, كود ترويجي, شحن مجاني, توصيل مجاني, تجربة مجانية, مجانا, هدية, هدايا, هديتك,
        نصف السعر, أفضل سعر, أفضل الأسعار, أرخص, الجمعة البيضاء, كاش باك, استرداد نقدي, اشتر الآن, اشتري الآن,
        تسوق الآن, تسوقي الآن, اطلب الآن, اطلبي الآن, احجز الآن, احجزي الآن, اشترك الآن, لا تفوت, لا تفوتي, لا تفوتك,
        سارع, سارعي, آخر فرصة, الفرصة الأخيرة, حتى نفاد الكمية, اليوم فقط, مجموعة جديدة, المجموعة الجديدة,
        مجموعتنا الجديدة, تشكيلة جديدة, التشكيلة الجديدة, تشكيلتنا الجديدة, منتجاتنا الجديدة, وصل حديثا, اكتشف, اكتشفي,
        تصفح منتجاتنا, قد يعجبك, ربما يعجبك, سيعجبك, خصيصا لك, حصريا لك, موصى به لك, ادع صديق*, ادعو صديق*,
        ادع أصدقاءك, رشح صديق*, برنامج الإحالة, قيمنا, قيم تجربتك, قيمي تجربتك, اترك تقييما, شاركنا رأيك, استبيان*,
        استطلاع*, عيد ميلاد سعيد, كل عام وأنت*, تهانينا, مبروك, ربحت, لقد فزت, جائزة, جوائز, قرعة, اشتقنا*, نفتقدك,
        سلتك, في سلة التسوق, أكمل الشراء, أكمل عملية الشراء, حمل تطبيقنا, نزل تطبيقنا, جرب تطبيقنا, ثبت تطبيقنا,
        جدد الآن, جدد اشتراكك, نقاط الولاء, بطاقة الولاء, برنامج الولاء, نقاط المكافآت, استبدل نقاطك, اجمع النقاط,
        كاعتذار, اعتذارا منا, تعويضا لك
    """,
}

HARMLESS = {
    "en": """
        job offer*, offer letter*, offer of employment, loan offer*, point of sale, bill of sale, proof of sale,
        terms of sale, deed of sale, conditions of sale, payment voucher*, hotel voucher*, great deal of,
        miss your appointment*, miss your flight*, miss your delivery, miss your slot, miss your payment*,
        miss your train*, medical referral*, referral letter*, doctor's referral*, site survey*, land survey*,
        home survey*, property survey*
    """,
    "es": "oferta de empleo, oferta de trabajo, no te pierdas tu cita, no se pierda su cita, venta de garaje",
    "fr": """
        offre d'emploi, offre de prêt, ne manquez pas votre rendez-vous, ne ratez pas votre rendez-vous,
        ne manquez pas votre train, ne manquez pas votre vol
    """,
    "pt": """
        oferta de emprego, oferta de trabalho, não perca sua consulta, não perca a sua consulta, não perca seu horário,
        não perca o seu horário, não perca seu voo, não perca o seu voo, inquérito policial
    """,
    "ar": "لا تفوت موعدك, لا تفوتي موعدك, لا تفوت رحلتك",
}
