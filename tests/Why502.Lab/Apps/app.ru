# The lab's Rack app for Puma and Unicorn: answers as routes.json beside it says, and writes down every request it gets.
require 'json'

HERE = File.dirname(File.expand_path(__FILE__))
ROUTES = JSON.parse(File.read(File.join(HERE, 'routes.json')))

run(lambda do |env|
  File.open(File.join(HERE, 'requests.log'), 'a') do |file|
    file.write(JSON.generate(
      method: env['REQUEST_METHOD'],
      target: env['REQUEST_URI'] || env['PATH_INFO'],
      cookie: env['HTTP_COOKIE'],
      authorization: env['HTTP_AUTHORIZATION'],
      agent: env['HTTP_USER_AGENT']
    ) + "\n")
  end
  route = ROUTES[env['PATH_INFO']]
  next [404, { 'Content-Length' => '10' }, ["not found\n"]] unless route

  exit!(1) if route['crash']
  if route['signal'] > 0
    Process.kill(route['signal'], Process.pid)
    sleep 5
  end
  raise 'nobody catches this' if route['throw']

  unless route['sleep'].empty?
    number = env['QUERY_STRING'][/\bn=(\d+)/, 1].to_i
    sleep route['sleep'][number % route['sleep'].length]
  end
  body = 'x' * route['body'] + "\n"
  headers = { 'Content-Length' => body.bytesize.to_s }
  headers['Set-Cookie'] = 'session=' + 's' * route['header'] if route['header'] > 0
  answer = [body]
  if route['cut']
    answer = Enumerator.new do |part|
      part << body[0, body.bytesize / 2]
      sleep 0.2
      exit!(1)
    end
  end
  [route['status'], headers, answer]
end)
