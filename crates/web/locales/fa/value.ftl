value-title = ارزش
value-headline = یک‌پنجم برتر مشتریان { $share } فروش را می‌سازند.
value-headline-few = تا اینجا { $buyers-shown } خریدار داریم؛ برای گفتن اینکه فروش از کیست کم است.
value-empty-title = هنوز کسی سفارش نداده است.
value-empty-lead = اینکه فروش از کیست از سفارش‌ها پیدا می‌شود. سفارش‌هایی را که دارید وارد کنید:
value-lead = { $best ->
    [0] هیچ‌کس هم‌زمان در تازگی، تکرار و مبلغ جزو یک‌پنجم برتر نیست.
    [1] یک مشتری هم‌زمان در تازگی، تکرار و مبلغ جزو یک‌پنجم برتر است و { $share } فروش از اوست.
   *[other] { $best-shown } مشتری ({ $part }) هم‌زمان در تازگی، تکرار و مبلغ جزو یک‌پنجم برترند و { $share } فروش از آن‌هاست.
 } { $worst ->
    [0] هیچ‌کس در هر سه جزو یک‌پنجم پایین نیست.
    [1] یک نفر در هر سه جزو یک‌پنجم پایین است و { $worst-share } فروش از اوست.
   *[other] { $worst-shown } نفر ({ $worst-part }) در هر سه جزو یک‌پنجم پایین‌اند و { $worst-share } فروش از آن‌هاست.
 }
value-gross = فروش ناخالص، { $currency }
value-gross-note = { $orders-shown } سفارش از { $buyers-shown } مشتری؛ خالص { $net }
value-gini = ضریب جینی فروش
value-gini-note = صفر یعنی همه یک اندازه خریده‌اند و یک یعنی همه‌اش را یک نفر خریده است. فاصلهٔ خرید دو مشتری تصادفی { $differ } برابر میانگین است. برای تعداد سفارش: { $orders }
value-top = سهم { $share } برتر
value-top-note = از فروش، { $customers-shown } مشتری
value-grid-title = { $customers ->
    [0] هیچ‌کس هم جزو تازه‌ترین و هم جزو پرتکرارترین خریداران نیست.
    [1] تنها مشتری‌ای که هم جزو تازه‌ترین و هم جزو پرتکرارترین خریداران است { $share } فروش را می‌سازد.
   *[other] { $customers-shown } مشتری‌ای که هم جزو تازه‌ترین و هم جزو پرتکرارترین خریداران‌اند، یعنی { $part } مشتریان، { $share } فروش را می‌سازند.
 }
value-grid-how = مشتریان بر پایهٔ روزهای گذشته از آخرین سفارش و تعداد سفارش؛ زیر هر عدد سهمش از فروش ناخالص آمده که پررنگی خانه هم از آن است. هر خانه به مشتریانش می‌رسد. مرز یک‌پنجم‌ها: نسخهٔ { $version-shown }، منتشرشده در { $day }؛ جایی که بسیاری یکسان‌اند یک‌پنجم‌ها برابر نیستند و شاید یکی‌شان نباشد. { $buyers-shown } مشتری، { $period }.
value-grid-none = هنوز مرز یک‌پنجم‌ها منتشر نشده است.
value-grid-none-how = جدول تازگی و تکرار هر مشتری را با مرزهایی می‌سنجد که تا نسخهٔ بعدی ثابت می‌مانند. فانوس وقتی همهٔ مشتریان را خواند نسخهٔ نخست را خودش منتشر می‌کند.
value-grid-caption = مشتریان بر پایهٔ روزهای گذشته از آخرین سفارش و تعداد سفارش، با سهمشان از فروش ناخالص
value-grid-rows = روز گذشته
value-grid-columns = تعداد سفارش
value-grid-size = همه
value-grid-from = { $least } و بیشتر
value-grid-range = { $least } تا { $most }
value-grid-readout = { $customers-shown } مشتری با { $frequency } سفارش، آخرین بار { $recency } روز پیش: { $gross } { $currency }، { $share } فروش
value-lorenz-title = { $customers } دیگر مشتریان روی هم { $share } فروش را می‌سازند.
value-lorenz-how = منحنی لورنز فروش ناخالص: مشتریان از کم‌خریدترین تا پرخریدترین و آنچه روی هم خریده‌اند. ضریب جینی، { $gini }، بخش رنگی این مثلث است. { $buyers-shown } مشتری، { $period }.
value-lorenz-x = مشتریان، از کم‌خریدترین
value-lorenz-y = سهم از فروش ناخالص
value-lorenz-equal = اگر همه یک اندازه می‌خریدند
value-lorenz-pin = { $customers } مشتریان، { $share } فروش
value-lorenz-readout = { $customers } کم‌خریدتر مشتریان { $share } فروش را می‌سازند
value-contrast-title = مشتری یک‌پنجم برتر { $times } برابر مشتری یک‌پنجم پایین سفارش می‌دهد.
value-contrast-title-alike = یک‌پنجم برتر و یک‌پنجم پایین کم‌وبیش به یک اندازه سفارش می‌دهند.
value-contrast-how = یک‌پنجم‌ها بر پایهٔ فروش ناخالص، هر کدام { $customers-shown } مشتری؛ پس تفاوت فروششان یافته‌ای نیست، اینکه چگونه متفاوت شده‌اند یافته است. { $currency }، { $period }.
value-contrast-caption = یک‌پنجم برتر مشتریان در کنار یک‌پنجم پایین
value-contrast-measure = هر مشتری
value-contrast-best = برتر
value-contrast-worst = پایین
value-contrast-ratio = نسبت
value-contrast-times = { $times } برابر
value-contrast-part = یک به { $times }
value-contrast-gross-each = فروش ناخالص
value-contrast-share = سهم از کل فروش ناخالص
value-contrast-orders = سفارش
value-contrast-order = فروش ناخالص هر سفارش
value-contrast-repeat = سفارش در چند روز
value-contrast-days = روز از آخرین سفارش، میانه
value-contrast-returns = بازگشت وجه، از ناخالص
value-contrast-discounts = تخفیف، از قیمت کامل
value-contrast-visits = بازدید
value-ages-title = { $months ->
    [1] هر مشتری در ماه نخستین سفارش { $first } { $currency } و در ماه پس از آن { $later } { $currency } می‌آورد.
   *[other] هر مشتری در ماه نخستین سفارش { $first } { $currency } و در هر یک از { $months-shown } ماه پس از آن به‌طور میانگین { $later } { $currency } می‌آورد.
 }
value-ages-title-first = هر مشتری در ماه نخستین سفارش { $first } { $currency } می‌آورد.
value-ages-how-net = فروش خالص هر مشتری به { $currency }، بر پایهٔ ماه‌های گذشته از نخستین سفارش، با بازهٔ اطمینان ۹۵٪ میانگین. عدد زیر هر ستون تعداد مشتریانی است که به آن سن رسیده‌اند. { $buyers-shown } مشتری، ماه‌های تمام‌شده، { $period }.
value-ages-how-margin = حاشیهٔ سود هر مشتری به { $currency }، بر پایهٔ ماه‌های گذشته از نخستین سفارش، با بازهٔ اطمینان ۹۵٪ میانگین. عدد زیر هر ستون تعداد مشتریانی است که به آن سن رسیده‌اند. { $buyers-shown } مشتری، ماه‌های تمام‌شده، { $period }.
value-ages-caveat = هر کس به‌اندازهٔ کافی زود آمده به حساب آمده است، حتی اگر دیگر سفارش ندهد: میانگین کسانی که هنوز سفارش می‌دهند با رفتن بقیه خودبه‌خود بالا می‌رفت. ستون‌های دورتر فقط از مشتریان قدیمی‌ترند و قدیمی‌ترین‌ها شاید پیش از آغاز داده‌ها هم خریده باشند؛ جملهٔ بالا از ماه‌هایی می‌گوید که دست‌کم نیمی از مشتریان به آن رسیده‌اند.
value-ages-none = اینجا جای این است که سود با سن رابطه چگونه رشد می‌کند.
value-ages-none-how = دست‌کم ۲۰ مشتری لازم است که دو ماه تمام زیر نظر بوده باشند.
value-ages-y = { $currency } برای هر مشتری در ماه
value-ages-x = ماه از نخستین سفارش
value-ages-readout = { $age ->
    [0] در ماه نخستین سفارش: هر مشتری { $mean } { $currency } ({ $low } تا { $high })، از { $customers-shown } مشتری
   *[other] { $age-shown } ماه بعد: هر مشتری { $mean } { $currency } ({ $low } تا { $high })، از { $customers-shown } مشتری؛ { $active-shown } نفری که سفارش دادند هر کدام { $active-mean }
 }
value-ages-caption = بر پایهٔ ماه از نخستین سفارش، { $currency }
value-ages-customers = مشتری در این سن
value-ages-mean = هر مشتری
value-ages-interval = بازهٔ اطمینان ۹۵٪
value-ages-active = همان ماه سفارش داده
value-ages-active-mean = هر کدام از آن‌ها
value-basis-margin = سود یعنی حاشیهٔ سود: آنچه کالاها بیش از بهای تمام‌شده آورده‌اند.
value-basis-net = سود اینجا همان فروش خالص است، چون بهای تمام‌شدهٔ کالاهای کمی را می‌دانیم. با ستون «cost» در فایل کالاها حاشیهٔ سود جای آن می‌نشیند:
