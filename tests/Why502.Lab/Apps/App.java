// The lab's app on the JVM, in Jetty: answers as routes.json beside it says, and writes down every request it gets.
// java -cp JETTY App.java HOST PORT FOLDER THREADS
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;
import org.eclipse.jetty.util.ajax.JSON;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

public class App extends AbstractHandler {
    private final Map<?, ?> routes;
    private final Path requests;

    App(Path folder) throws IOException {
        routes = (Map<?, ?>) JSON.parse(Files.readString(folder.resolve("routes.json")));
        requests = folder.resolve("requests.log");
    }

    public static void main(String[] arguments) throws Exception {
        Server server = new Server(new QueuedThreadPool(Integer.parseInt(arguments[3])));
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(arguments[0]);
        connector.setPort(Integer.parseInt(arguments[1]));
        server.addConnector(connector);
        server.setHandler(new App(Path.of(arguments[2])));
        server.start();
        server.join();
    }

    @Override
    public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response) throws IOException {
        base.setHandled(true);
        note(request);
        Map<?, ?> route = (Map<?, ?>) routes.get(target);
        if (route == null) {
            response.setStatus(404);
            return;
        }
        if ((Boolean) route.get("crash")) {
            Runtime.getRuntime().halt(1);
        }
        if (number(route, "signal") > 0) {
            new ProcessBuilder("kill", "-" + number(route, "signal"), Long.toString(ProcessHandle.current().pid())).start();
            pause(5);
        }
        if ((Boolean) route.get("throw")) {
            throw new IllegalStateException("nobody catches this");
        }
        Object[] sleep = (Object[]) route.get("sleep");
        if (sleep.length > 0) {
            String n = request.getParameter("n");
            pause(((Number) sleep[(n == null ? 0 : Integer.parseInt(n)) % sleep.length]).doubleValue());
        }
        byte[] body = ("x".repeat(number(route, "body")) + "\n").getBytes();
        response.setStatus(number(route, "status"));
        response.setContentLength(body.length);
        if ((Boolean) route.get("cut")) {
            response.getOutputStream().write(body, 0, body.length / 2);
            response.flushBuffer();
            pause(0.2);
            Runtime.getRuntime().halt(1);
        }
        response.getOutputStream().write(body);
    }

    private static int number(Map<?, ?> route, String name) {
        return ((Number) route.get(name)).intValue();
    }

    private static void pause(double seconds) {
        try {
            Thread.sleep((long) (seconds * 1000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void note(HttpServletRequest request) throws IOException {
        String query = request.getQueryString();
        String line = new JSON().toJSON(new java.util.LinkedHashMap<>(java.util.Map.of(
            "method", request.getMethod(),
            "target", request.getRequestURI() + (query == null ? "" : "?" + query)))) + "\n";
        synchronized (requests) {
            Files.writeString(requests, line, StandardOpenOption.APPEND);
        }
    }
}
