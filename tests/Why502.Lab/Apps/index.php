<?php
// The lab's PHP app: answers as routes.json beside it says, and writes down every request it gets.
$routes = json_decode(file_get_contents(__DIR__ . '/routes.json'), true);
file_put_contents(__DIR__ . '/requests.log', json_encode([
    'method' => $_SERVER['REQUEST_METHOD'] ?? '',
    'target' => $_SERVER['REQUEST_URI'] ?? '',
    'cookie' => $_SERVER['HTTP_COOKIE'] ?? null,
    'authorization' => $_SERVER['HTTP_AUTHORIZATION'] ?? null,
    'agent' => $_SERVER['HTTP_USER_AGENT'] ?? null,
]) . "\n", FILE_APPEND);
$route = $routes[strtok($_SERVER['REQUEST_URI'] ?? '/', '?')] ?? null;
if ($route === null) {
    http_response_code(404);
    exit("not found\n");
}
if ($route['sleep']) {
    $values = $route['sleep'];
    usleep((int) ($values[((int) ($_GET['n'] ?? 0)) % count($values)] * 1000000));
}
if ($route['throw']) {
    throw new Exception('nobody catches this');
}
if ($route['signal']) {
    posix_kill(getmypid(), $route['signal']);
    sleep(5);
}
if ($route['memory']) {
    $kept = str_repeat('m', $route['memory'] * 1048576);
}
if ($route['waits']) {
    $kept = stream_socket_client('tcp://' . $route['waits']);
    fwrite($kept, 'select 1');
    fread($kept, 1);
}
http_response_code($route['status']);
if ($route['header']) {
    header('Set-Cookie: session=' . str_repeat('s', $route['header']));
}
echo str_repeat('x', $route['body']), "\n";
