<?php
/* deliveries.php: the History page as a careful PHP programmer would write it.
 *
 * It exists as the yardstick of bin/bench: the same page, line for line but for its tokens, from a copy of the same database, by
 * the same statements, behind the same nginx. Persistent connection, opcache, no framework, plain PHP as the template. */
declare(strict_types=1);

const KEPT = 92 * 86400 * 1000;
const SIZE = 50;
const IDLE = 30 * 60 * 1000;
const ABSOLUTE = 12 * 3600 * 1000;
const STATES = ['pending' => ['warning', 'Waiting'], 'leased' => ['info', 'Sending'], 'held' => ['neutral', 'Kept'],
    'delivered' => ['good', 'Delivered'], 'failed' => ['bad', 'Failed'], 'expired' => ['bad', 'Expired'], 'discarded' => ['neutral', 'Discarded']];
const AUTHENTICATIONS = ['none' => 'None', 'basic' => 'Basic', 'bearer' => 'Bearer token', 'api_key' => 'API key'];
const PRESETS = ['Today' => 0, '7 days' => -6, '30 days' => -29, '3 months' => -91];

function h(string $text): string { return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8'); }

/* The tabs of the frame and the types of the filter are lists of the product: bin/bench hands them over, opcache keeps them. */
$product = require __DIR__ . '/product.php';

$database = new PDO('sqlite:' . getenv('DELIVERIES_DATABASE'), null, null, [
    PDO::ATTR_PERSISTENT => true, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_NUM]);
$now = (int) (microtime(true) * 1000);

$token = $_COOKIE['session'] ?? '';
$session = null;
if ($token !== '') {
    $statement = $database->prepare(<<<'SQL'
        SELECT s.id, s.last_seen_at, u.id, u.name, u.email, u.account_id IS NULL, u.language, u.time_zone, u.theme,
            u.password_changed_at, u.must_change_password, u.factor_since IS NOT NULL, r.rights, r.is_administrator,
            a.id, a.slug, a.name, a.language, a.country, a.time_zone, a.password_days, a.state, a.second_factor, a.logo_file,
            (SELECT COUNT(*) FROM alerts n WHERE n.account_id = a.id AND n.seen_at IS NULL AND n.resolved_at IS NULL), a.has_supervision
        FROM sessions s JOIN users u ON u.id = s.user_id
        LEFT JOIN roles r ON r.id = u.role_id LEFT JOIN accounts a ON a.id = s.account_id
        WHERE u.is_enabled = 1 AND (u.account_id IS NULL OR a.state = 'active') AND s.token_hash = ?
            AND s.last_seen_at > ? AND s.created_at > ? AND s.created_at <= ?
        SQL);
    $statement->bindValue(1, hash('sha256', $token, true), PDO::PARAM_LOB);
    $statement->bindValue(2, $now - IDLE, PDO::PARAM_INT);
    $statement->bindValue(3, $now - ABSOLUTE, PDO::PARAM_INT);
    $statement->bindValue(4, $now + ABSOLUTE, PDO::PARAM_INT);
    $statement->execute();
    $session = $statement->fetch() ?: null;
    $statement->closeCursor();
}
if ($session === null) {
    header('Location: /sign-in', true, 303);
    exit;
}
[, , , $userName, , $isOperator, $userLanguage, $userZone, $theme, , , , $rights, $isAdministrator, $account, , $accountName, $accountLanguage, , $accountZone] = $session;
$rights = explode(' ', (string) $rights);
/* Staff of the platform and administrators have every right by being what they are. */
$may = fn (string $right): bool => $isOperator || $isAdministrator || in_array($right, $rights, true);
if (!$may('webhooks.view')) {
    http_response_code(403);
    exit;
}
$mayRetry = $may('webhooks.retry');
$zone = new DateTimeZone($userZone ?? $accountZone);
$words = explode(' ', $userName);
$initials = strtoupper($words[0][0] . (count($words) > 1 ? end($words)[0] : ''));

/* The form token, masked anew for each page, as the product does. */
$code = hash_hmac('sha256', 'csrf', $token, true);
$mask = random_bytes(strlen($code));
$csrf = bin2hex($mask) . bin2hex($mask ^ $code);

/* A delivery's id is a number of which all but the last 21 bits are milliseconds, shown as 13 characters of Crockford's base 32. */
function first_id(int $milliseconds): int { return $milliseconds << 21; }

function shown_id(int $id): string
{
    $shown = '';
    for ($digit = 0; $digit < 13; $digit++, $id >>= 5) $shown = '0123456789abcdefghjkmnpqrstvwxyz'[$id & 31] . $shown;
    return $shown;
}

$statement = $database->prepare(<<<'SQL'
    SELECT d.id, d.event_type, d.url, d.authentication, CASE WHEN d.settled_at IS NULL AND EXISTS (SELECT 1 FROM due q
            WHERE q.delivery_id = d.id AND q.lease_owner IS NOT NULL) THEN 'leased' ELSE d.state END, d.attempt, d.accepted_at, d.next_at, d.last_status
    FROM deliveries d
    WHERE d.account_id = ? AND d.id >= ?
    ORDER BY d.id DESC LIMIT 51
    SQL);
$statement->execute([$account, first_id($now - KEPT)]);
$rows = $statement->fetchAll();
$statement->closeCursor();
$older = count($rows) > SIZE ? 'dlv_' . shown_id($rows[SIZE - 1][0]) : null;
$rows = array_slice($rows, 0, SIZE);
/* Those of the failed rows that had arrived before, and failed when somebody sent them again. */
$failed = array_column(array_filter($rows, fn ($row) => in_array($row[4], ['failed', 'expired'], true) && $row[5] > 1), 0);
$arrived = [];
if ($failed) {
    $places = implode(', ', array_fill(0, count($failed), '?'));
    $statement = $database->prepare("SELECT delivery_id FROM attempts WHERE delivery_id IN ($places) AND account_id = ? AND fault = 'none'");
    $statement->execute([...$failed, $account]);
    $arrived = array_flip($statement->fetchAll(PDO::FETCH_COLUMN));
    $statement->closeCursor();
}

/* The state, and what is to be told of trouble. No delivery of the benchmark waits for a retry: of those the product says more. */
function badge(string $state, int $attempts, bool $wasDelivered): array
{
    if ($state === 'failed' || $state === 'expired') {
        if ($wasDelivered) return ['warning', 'Delivered, last resend failed'];
        if ($attempts > 1) return ['bad', STATES[$state][1] . " after $attempts attempts"];
    }
    return STATES[$state];
}

/* An event's name in its parts, each with the mark behind it, to be broken between them. */
function event_parts(string $type): string
{
    static $known = [];
    return $known[$type] ??= implode('', array_map(fn ($part) => h($part) . '<wbr>', preg_split('~(?<=[_:])~', $type)));
}

function text_time(int $milliseconds, DateTimeZone $zone): string
{
    return (new DateTime('@' . intdiv($milliseconds, 1000)))->setTimezone($zone)->format('j M Y, H:i:s P');
}

function iso_time(int $milliseconds): string
{
    return gmdate('Y-m-d\TH:i:s', intdiv($milliseconds, 1000)) . sprintf('.%03dZ', $milliseconds % 1000);
}

function relative_time(int $milliseconds, int $now): string
{
    $seconds = intdiv($milliseconds, 1000) - intdiv($now, 1000);
    $size = abs($seconds);
    [$count, $unit] = match (true) {
        $size < 60 => [$size, 'second'],
        $size < 3600 => [intdiv($size, 60), 'minute'],
        $size < 86400 => [intdiv($size, 3600), 'hour'],
        default => [intdiv($size, 86400), 'day'],
    };
    $text = "$count $unit" . ($count === 1 ? '' : 's');
    return $seconds > 0 ? "in $text" : "$text ago";
}

function url_parts(string $url): array
{
    $host = strpos($url, '://');
    $start = $host === false ? 0 : $host + 3;
    return preg_split('~(?<=[/?&])~', substr($url, $start), -1, PREG_SPLIT_NO_EMPTY) ?: [];
}

header_remove('X-Powered-By');
header('Content-Type: text/html; charset=utf-8');
header("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
header('X-Content-Type-Options: nosniff');
header('Cache-Control: no-store');
header('Referrer-Policy: same-origin');
header('Cross-Origin-Opener-Policy: same-origin');
header('Cross-Origin-Resource-Policy: same-origin');
header('X-Request-ID: ' . bin2hex(random_bytes(8)));

$today = (new DateTime('@' . intdiv($now, 1000)))->setTimezone($zone);
$to = $today->format('Y-m-d');
$lastURL = null;
$urlMarkup = '';
ob_start();
?>
<!DOCTYPE html>
<html lang="en" dir="ltr" data-theme="<?= h($theme) ?>">
<head>
<meta charset="utf-8">
<title>History – Hookswitch</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="<?= $product['css'] ?>">
<link rel="icon" href="<?= $product['logo'] ?>" type="image/svg+xml">
<script src="<?= $product['js'] ?>" defer></script>
</head>
<body>
<?= $product['icons'], "\n" ?>
<a class="skip" href="#main">Skip to content</a>
<header class="header">
<a class="brand" href="/"><img src="<?= $product['logo'] ?>" alt="" width="28" height="28"><span><?= h($accountName) ?></span></a>
<span class="where">Client account settings</span>
<details class="menu">
<summary><span class="initials" aria-hidden="true"><?= h($initials) ?></span><span class="who"><?= h($userName) ?></span><span class="visually-hidden">User menu</span><svg class="icon" aria-hidden="true"><use href="#i-down"/></svg></summary>
<div class="sheet">
<ul>
<li><a href="/me">My Account</a></li>
<li><a href="/settings">Client account settings</a></li>
<?php if ($isOperator): ?>
<li><a href="/operator/accounts">Operator console</a></li>
<?php endif ?>
</ul>
<form class="apart" method="post" action="/sign-out"><input type="hidden" name="csrf" value="<?= h($csrf) ?>"><button type="submit">Sign out</button></form>
</div>
</details>
</header>
<div class="frame">
<div class="side">
<details class="tabs-toggle"><summary><svg class="icon" aria-hidden="true"><use href="#i-menu"/></svg>Menu<svg class="icon" aria-hidden="true"><use href="#i-down"/></svg></summary></details>
<nav class="tabs" aria-label="Settings">
<ul>
<?php foreach ($product['tabs'] as $tab): if (!$may($tab['right'])) continue ?>
<?php if ($tab['group']): ?>
<li class="group"><h2><?= h($tab['group']) ?></h2></li>
<?php endif ?>
<li<?= $tab['children'] ? ' class="open"' : '' ?>><a href="<?= h($tab['href']) ?>"><?= h($tab['label']) ?></a>
<?php if ($tab['children']): ?>
<ul>
<?php foreach ($tab['children'] as $child): ?>
<li><a href="<?= h($child['href']) ?>"<?= $child['current'] ? ' aria-current="page"' : '' ?>><?= h($child['label']) ?></a></li>
<?php endforeach ?>
</ul>
<?php endif ?>
</li>
<?php endforeach ?>
</ul>
</nav>
</div>
<main id="main" class="content" tabindex="-1">
<div class="page-head">
<div>
<h1>History</h1>
<p class="lead">What was sent to your webhooks in the last three months, and how they answered.</p>
</div>
<div class="actions">
</div>
</div>
<form class="filters" method="get" action="/settings/webhooks/history" role="search" aria-label="Filter the list">
<div class="fields">
<div class="field search"><label for="q">ID, event key, URL or payload</label><input class="input" type="search" id="q" name="q" value=""></div>
<div class="field pick"><label for="state">Status</label><select class="input" id="state" name="state">
<option value="" selected>All</option>
<?php foreach (STATES as $state => [, $label]): ?>
<option value="<?= h($state) ?>"><?= h($label) ?></option>
<?php endforeach ?>
</select></div>
<div class="field pick"><label for="type">Event</label><select class="input" id="type" name="type">
<option value="" selected>All</option>
<?php foreach ($product['types'] as [$type, $label]): ?>
<option value="<?= h($type) ?>"><?= h($label) ?></option>
<?php endforeach ?>
</select></div>
<div class="field"><label for="filter-from">From</label><input class="input" type="date" id="filter-from" name="from" value="" aria-describedby="filter-zone"></div>
<div class="field"><label for="filter-to">To</label><input class="input" type="date" id="filter-to" name="to" value="" aria-describedby="filter-zone"></div>
<div class="field cluster"><button class="button" type="submit">Apply</button></div>
</div>
<div class="cluster">
<ul class="presets" aria-label="Period">
<?php foreach (PRESETS as $label => $days): $from = (clone $today)->modify("$days days")->format('Y-m-d') ?>
<li><a href="<?= h("/settings/webhooks/history?from=$from&to=$to") ?>"><?= h($label) ?></a></li>
<?php endforeach ?>
</ul>
<small class="quiet" id="filter-zone">Both days included. Time zone: <?= h($zone->getName() . ' (' . $today->format('P') . ')') ?></small>
</div>
</form>
<?php if (!$rows): ?>
<div class="empty">
<h2>No deliveries yet</h2>
<p>Deliveries appear here as soon as an event matches a webhook. To send one now, use the Test button of a webhook.</p>
</div>
<?php else: ?>
<table class="table dense" data-expand="Expand">
<caption class="visually-hidden">Deliveries, newest first</caption>
<thead><tr><th scope="col" class="expander"><span class="visually-hidden">Expand</span></th><th scope="col">Date</th><th scope="col">Webhook trigger</th><th scope="col">URL</th><th scope="col">Authentication</th><th scope="col" class="number">HTTP code</th><th scope="col">Status</th><th scope="col"><span class="visually-hidden">Actions</span></th></tr></thead>
<tbody>
<?php foreach ($rows as [$id, $type, $url, $authentication, $state, $attempts, $acceptedAt, $nextAt, $status]):
    $date = text_time($acceptedAt, $zone);
    $shown = shown_id($id);
    [$kind, $label] = badge($state, $attempts, isset($arrived[$id]));
    $relative = relative_time($acceptedAt, $now);
    if ($url !== $lastURL) {
        $lastURL = $url;
        $parts = url_parts($url);
        $host = strpos($url, '://');
        if ($host !== false && $parts) $parts[0] = substr($url, 0, $host + 3) . $parts[0];
        $urlMarkup = '';
        foreach ($parts as $part) $urlMarkup .= '<span>' . h($part) . '</span>';
    }
?>
<tr id="dlv_<?= $shown ?>">
<td class="expander"></td>
<td data-label="Date"><time class="when" datetime="<?= iso_time($acceptedAt) ?>"><span class="ago"><?= h($relative) ?></span> <span class="exact"><?= h($date) ?></span></time></td>
<td data-label="Webhook trigger"><code><?= event_parts($type) ?></code></td>
<td data-label="URL"><span class="url"><?= $urlMarkup ?></span></td>
<td data-label="Authentication"><?= h(AUTHENTICATIONS[$authentication]) ?></td>
<td data-label="HTTP code" class="number"><?= $status ?? '–' ?></td>
<td data-label="Status"><span class="badge <?= $kind ?>"><svg class="icon" aria-hidden="true"><use href="#i-<?= $kind ?>"/></svg><?= h($label) ?></span></td>
<td class="cell-actions"><a href="/settings/webhooks/deliveries/dlv_<?= $shown ?>">Enter<span class="visually-hidden"> <?= h($date) ?></span></a><?php if ($mayRetry && $state !== 'leased' && $state !== 'held'): ?> <button class="linklike" type="submit" form="retry" formaction="/settings/webhooks/deliveries/dlv_<?= $shown ?>/retry">Retry<span class="visually-hidden"> <?= h($date) ?></span></button><?php endif ?></td>
</tr>
<?php endforeach ?>
</tbody>
</table>
<?php if ($mayRetry): ?><form id="retry" method="post" action=""><input type="hidden" name="csrf" value="<?= h($csrf) ?>"></form><?php endif ?>

<?php endif ?>
<nav class="pager" aria-label="Pages">
<?php if ($older !== null): ?>
<a class="button" href="<?= h("/settings/webhooks/history?after=$older") ?>" rel="next">Older<svg class="icon" aria-hidden="true"><use href="#i-right"/></svg></a>
<?php endif ?>
</nav>
</main>
</div>
<footer class="footer">
<span>Hookswitch <?= h($product['version']) ?></span>
<span class="visually-hidden" id="said" aria-live="polite" data-copied="Copied"></span>
</footer>
</body>
</html>
<?php
header('Content-Length: ' . ob_get_length());
ob_end_flush();
